package main

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// vault hands out secrets, one for each place in which Midspan can be given one
// or could find one.
type vault map[string]string

func (v vault) of(place string) string {
	v[place] = "tkn0" + place + "0qzx"
	return v[place]
}

// in names the places whose secrets stand in a text, in any shape.
func (v vault) in(data []byte) []string {
	var found []string
	lower := bytes.ToLower(data)
	for place, secret := range v {
		shapes := append(inBase64(secret), hex.EncodeToString([]byte(secret)))
		if bytes.Contains(lower, []byte(strings.ToLower(secret))) || slices.ContainsFunc(shapes, func(s string) bool { return bytes.Contains(data, []byte(s)) }) {
			found = append(found, place)
		}
	}
	slices.Sort(found)
	return found
}

// host is a server that remembers what it was asked, headers and all.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // path and query, then the headers
}

func newHost(t *testing.T, handler http.Handler) *host {
	t.Helper()
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var head bytes.Buffer
		fmt.Fprintf(&head, "%s\n", r.URL)
		if err := r.Header.Write(&head); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.asked = append(h.asked, head.String())
		h.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

// with is the address of a host with a user and a password.
func (h *host) with(user, password string) string {
	return strings.Replace(h.URL, "://", "://"+user+":"+password+"@", 1)
}

// requests are those for paths below one.
func (h *host) requests(below string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.asked), func(r string) bool { return !strings.HasPrefix(r, below) })
}

// demand lets nobody in without this password.
func demand(password string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, got, _ := r.BasicAuth(); got != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// users lets only this user in: where a token is the user, there is no password.
func users(user string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, _, _ := r.BasicAuth(); got != user {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// watched puts programs before git, and before those that git starts for
// transfers, that write down their arguments and their environment.
func watched(t *testing.T) (path, records string) {
	t.Helper()
	folder, records := t.TempDir(), t.TempDir()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	core, err := exec.Command("git", "--exec-path").Output()
	if err != nil {
		t.Fatal(err)
	}
	programs, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(core)), "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		name := filepath.Base(program)
		if name == "git" || strings.HasPrefix(name, "git-remote-") {
			continue
		}
		if err := os.Symlink(program, filepath.Join(folder, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"git", "git-remote-http", "git-remote-https"} {
		program := git
		if name != "git" {
			program = filepath.Join(strings.TrimSpace(string(core)), name)
		}
		script := fmt.Sprintf("#!/bin/sh\n{ echo \"arg %s\"; for a in \"$@\"; do echo \"arg $a\"; done; env | sed 's/^/env /'; } > \"$(mktemp %s/XXXXXXXX)\"\nGIT_EXEC_PATH=%s exec %s \"$@\"\n", name, records, folder, program)
		if err := os.WriteFile(filepath.Join(folder, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder + string(os.PathListSeparator) + os.Getenv("PATH"), records
}

// trees are repositories behind HTTP.
func trees(t *testing.T, names ...string) http.Handler {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		bare := filepath.Join(root, name+".git")
		if err := os.MkdirAll(bare, 0o755); err != nil {
			t.Fatal(err)
		}
		gittest.Run(t, bare, nil, "init", "-q", "--bare", "-b", "main")
		gittest.Run(t, bare, []byte("commit refs/heads/main\ncommitter D <d@team.example> 1750000000 +0000\ndata 1\nx\nM 100644 inline README.md\ndata 2\n# \n\n"), "fast-import", "--quiet")
	}
	return gittest.Handler(t, root)
}

// secretive is a world in which every place holds a secret.
type secretive struct {
	t                     *testing.T
	secrets               vault
	own, other            *host
	folder, home, records string
	env                   []string
	said                  bytes.Buffer
}

func newSecretive(t *testing.T) *secretive {
	t.Helper()
	s := &secretive{t: t, secrets: vault{}}
	of := s.secrets.of
	root := t.TempDir()
	s.folder, s.home = filepath.Join(root, "work"), filepath.Join(root, "home")
	s.other = newHost(t, s.otherSites())
	s.own = newHost(t, s.ownSites())
	path, records := watched(t)
	s.records = records
	mirror := filepath.Join(root, "given.git")
	gittest.Run(t, root, nil, "init", "-q", "--bare", "-b", "main", mirror)
	gittest.Run(t, mirror, []byte("commit refs/heads/main\ncommitter D <d@team.example> 1750000000 +0000\ndata 1\nx\n"), "fast-import", "--quiet")
	files := map[string]string{
		filepath.Join(s.folder, "midspan.yaml"): fmt.Sprintf("rewrite:\n  https://forge.example/: %s/kept/\n  https://moved.example/: %s/moved/\n  https://wrong.example/: %s/wrong/\n  https://alone.example/: %s/alone/\n",
			s.own.with("git", of("rewrite")), s.own.with("git", of("moved")), s.own.with(of("wronguser"), of("wrong")), strings.Replace(s.own.URL, "://", "://"+of("useralone")+"@", 1)),
		filepath.Join(s.home, ".netrc"):               "default login git password " + of("netrc") + "\n",
		filepath.Join(s.home, ".git-credentials"):     s.own.with("git", of("storedhere")) + "\n" + s.other.with("git", of("storedthere")) + "\n",
		filepath.Join(s.home, ".gitconfig"):           "[credential]\nhelper = store\n[http]\nextraHeader = \"Authorization: Bearer " + of("extraheader") + "\"\n",
		filepath.Join(s.home, "askpass"):              "#!/bin/sh\necho " + of("askpass") + "\n",
		filepath.Join(mirror, "FETCH_HEAD"):           strings.Repeat("0", 40) + "\t\tbranch 'main' of " + s.own.with("git", of("fetchhead")) + "/x\n",
		filepath.Join(s.folder, "tmp", ".keep"):       "",
		filepath.Join(s.folder, "none", "x", ".keep"): "",
	}
	for path, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range map[string]string{"remote.origin.url": s.own.with("git", of("mirrorremote")) + "/x", "http.extraHeader": "Authorization: Bearer " + of("mirrorheader"), "remote.origin.promisor": "true"} {
		gittest.Run(t, mirror, nil, "config", key, value)
	}
	s.env = append(os.Environ(), "PATH="+path, "HOME="+s.home, "TMPDIR="+filepath.Join(s.folder, "tmp"), "NO_PROXY=127.0.0.1",
		"HTTPS_PROXY=http://proxy:"+of("proxy")+"@127.0.0.1:1",
		"GIT_ASKPASS="+filepath.Join(s.home, "askpass"), "SSH_ASKPASS="+filepath.Join(s.home, "askpass"), "GIT_CONFIG_GLOBAL="+filepath.Join(s.home, ".gitconfig"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Bearer "+of("gitconfigenv"), "GIT_CONFIG_PARAMETERS='http.extraheader=X-Token: "+of("gitparameters")+"'",
		"MIDSPAN_CATALOG="+s.own.with("cat", of("catalogpassword"))+"/goods.csv?private_token="+of("catalogquery")+"&t="+of("catalogquery2"),
		"MIDSPAN_ADVISORIES="+s.own.with("osv", of("advisories"))+"/osv", "MIDSPAN_MIRROR="+filepath.Join(root, "{name}.git"), "MIDSPAN_ALLOW_PRIVATE=true", "MIDSPAN_AS_OF=2026-06-30", "MIDSPAN_ECOSYSTEMS=npm,PyPI,Go",
		"MIDSPAN_STORE=store", "MIDSPAN_OUT=out", "MIDSPAN_TOKEN="+of("midspantoken"))
	for _, name := range []string{"GITHUB_TOKEN", "GITHUB_AUTH_TOKEN", "GH_TOKEN", "GH_AUTH_TOKEN", "GITLAB_TOKEN", "GITLAB_AUTH_TOKEN", "CI_JOB_TOKEN", "AWS_SECRET_ACCESS_KEY", "GITHUB_APP_KEY_PATH"} {
		s.env = append(s.env, name+"="+of(strings.ToLower(strings.ReplaceAll(name, "_", ""))))
	}
	return s
}

// ownSites is the server for which some of the secrets are meant.
func (s *secretive) ownSites() http.Handler {
	of, mux := s.secrets.of, http.NewServeMux()
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.other.URL+r.URL.Path, http.StatusFound)
	}
	mux.Handle("/goods.csv", demand(of("catalogpassword"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "name,url\nkept,https://forge.example/kept.git\nmoved,https://moved.example/moved.git\nlocked,https://moved.example/locked.git\nwrong,https://wrong.example/kept.git\nalone,https://alone.example/alone.git\ngiven,https://given.example/given.git\nnamed,%s/open/named.git?private_token=%s#access_token=%s\nnobody,%s/shut/nobody.git\nbad,https://%s:%s@bad host/%s\n",
			s.own.with(of("useraddress"), of("address")), of("addressquery"), of("addressfragment"), s.own.URL, of("baduser"), of("badaddress"), "x")
	})))
	mux.Handle("/osv/npm/all.zip", demand(of("advisories"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(archiveOf(s.t)) })))
	mux.HandleFunc("/osv/PyPI/", away)
	mux.HandleFunc("/away/", away)
	mux.HandleFunc("/moved/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.other.URL+r.URL.String(), http.StatusFound)
	})
	mux.Handle("/wrong/", demand("nobody knows it", http.NotFoundHandler()))
	mux.Handle("/alone/", http.StripPrefix("/alone", users(of("useralone"), trees(s.t, "alone"))))
	mux.Handle("/kept/", http.StripPrefix("/kept", demand(of("rewrite"), trees(s.t, "kept"))))
	mux.Handle("/open/", http.StripPrefix("/open", trees(s.t, "named")))
	mux.Handle("/shut/", demand("nobody knows it", http.NotFoundHandler()))
	return mux
}

// otherSites is a server for which no secret is meant, and which asks for one.
func (s *secretive) otherSites() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/moved/", http.StripPrefix("/moved", trees(s.t, "moved")))
	mux.Handle("/moved/locked.git/", demand("nobody knows it", http.NotFoundHandler()))
	mux.Handle("/", demand("nobody knows it", http.NotFoundHandler()))
	return mux
}

func archiveOf(t *testing.T) []byte {
	t.Helper()
	var data bytes.Buffer
	w := zip.NewWriter(&data)
	file, err := w.Create("TEST-1.json")
	if err == nil {
		_, err = io.WriteString(file, `{"id":"TEST-1","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":"npm","name":"lodash"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}`)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return data.Bytes()
}

// midspan runs a command in this world and keeps what it prints.
func (s *secretive) midspan(more []string, args ...string) {
	s.t.Helper()
	cmd := exec.Command("midspan", args...)
	cmd.Dir, cmd.Env = s.folder, append(slices.Clone(s.env), more...)
	out, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		s.t.Fatal(err)
	}
	fmt.Fprintf(&s.said, "midspan %s: %v\n%s\n", args[0], err, out)
}

func TestSecretsReachThoseTheyAreForAndNobodyElse(t *testing.T) {
	s := newSecretive(t)
	s.midspan(nil, "run")
	s.midspan(nil, "run") // updates what is there
	s.midspan(nil, "config")
	s.midspan(nil, "advisories", "update")
	s.midspan([]string{"MIDSPAN_ADVISORIES="}, "check", s.own.with(s.secrets.of("checkuser"), s.secrets.of("check"))+"/open/named.git?token="+s.secrets.of("checkquery"))
	for _, catalog := range []string{s.own.with("cat", s.secrets.of("failing")) + "/none.csv?t=" + s.secrets.of("failingquery"), s.own.with("cat", s.secrets.of("awaypassword")) + "/away/x.csv?t=" + s.secrets.of("awayquery"),
		s.own.with("cat", s.secrets.of("wrongport")) + "x/none.csv?t=" + s.secrets.of("wrongportquery")} {
		s.midspan([]string{"MIDSPAN_CATALOG=" + catalog}, "run")
	}
	s.nowhereWritten()
	s.inNoProcessList()
	s.atNoOtherHost()
	s.theyServed()
}

// nowhereWritten searches all that was written and printed.
func (s *secretive) nowhereWritten() {
	for _, place := range s.secrets.in(s.said.Bytes()) {
		s.t.Errorf("what is printed holds the secret of %s:\n%s", place, s.said.String())
		return
	}
	written(s.t, s.folder, nil, func(where string, data []byte) {
		if filepath.Base(where) == "midspan.yaml" { // it was given so
			return
		}
		for _, place := range s.secrets.in(data) {
			s.t.Errorf("%s holds the secret of %s", strings.TrimPrefix(where, s.folder), place)
		}
	})
}

// inNoProcessList looks at the arguments and the environment of every process
// that was started.
func (s *secretive) inNoProcessList() {
	meant := []string{"rewrite", "moved", "wrong", "wronguser", "useralone", "proxy"} // what git itself must know
	helpers := 0
	for _, entry := range entriesOf(s.t, s.records) {
		data, err := os.ReadFile(filepath.Join(s.records, entry.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		helpers += bytes.Count(data, []byte("arg git-remote-http"))
		for line := range bytes.Lines(data) {
			for _, place := range s.secrets.in(line) {
				if !bytes.HasPrefix(line, []byte("env ")) || !slices.Contains(meant, place) {
					s.t.Errorf("a process shows the secret of %s: %s", place, line)
				}
			}
		}
	}
	if helpers < 5 {
		s.t.Errorf("%d processes that transfer were seen", helpers)
	}
}

// atNoOtherHost looks at what the servers were told.
func (s *secretive) atNoOtherHost() {
	for _, request := range s.other.requests("/") {
		if found := s.secrets.in([]byte(request)); len(found) > 0 {
			s.t.Errorf("another server was told the secrets of %v:\n%s", found, request)
		}
	}
	for below, meant := range map[string][]string{"/goods.csv": {"catalogpassword", "catalogquery", "catalogquery2"}, "/osv": {"advisories"}, "/kept": {"rewrite"}, "/wrong": {"wrong", "wronguser"}, "/alone": {"useralone"}, "/moved": nil,
		"/open": nil, "/shut": nil, "/none.csv": {"failing", "failingquery"}, "/away": {"awaypassword", "awayquery"}} {
		for _, request := range s.own.requests(below) {
			for _, place := range s.secrets.in([]byte(request)) {
				if !slices.Contains(meant, place) {
					s.t.Errorf("the server was told the secret of %s:\n%s", place, request)
				}
			}
		}
	}
}

// theyServed demands that the secrets were used where they should be: one that
// is never sent leaks nowhere.
func (s *secretive) theyServed() {
	for below, place := range map[string]string{"/goods.csv": "catalogpassword", "/osv/npm": "advisories", "/kept": "rewrite", "/wrong": "wrong", "/alone": "useralone"} {
		if !slices.ContainsFunc(s.own.requests(below), func(r string) bool { return slices.Contains(s.secrets.in([]byte(r)), place) }) {
			s.t.Errorf("the secret of %s was never sent to %s", place, below)
		}
	}
	for _, below := range []string{"/moved/moved.git/git-upload-pack", "/moved/locked.git", "/osv/PyPI", "/away"} {
		if len(s.other.requests(below)) == 0 {
			s.t.Errorf("the other server was not asked for %s", below)
		}
	}
	for _, name := range []string{"forge.example/kept.git", "moved.example/moved.git", "alone.example/alone.git", (&url.URL{Host: strings.TrimPrefix(s.own.URL, "http://")}).Host + "/open/named.git"} {
		if _, err := os.Stat(filepath.Join(s.folder, "store", "mirrors", filepath.FromSlash(name))); err != nil {
			s.t.Errorf("%s was not cloned: %v\n%s", name, err, s.said.String())
		}
	}
}

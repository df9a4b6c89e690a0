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
	"time"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
)

// secretStore makes a secret for each place in which Midspan can get or find one.
type secretStore map[string]string

func (v secretStore) newSecret(place string) string {
	v[place] = "tkn0" + place + "0qzx"
	return v[place]
}

// placesIn returns the places whose secrets are in a text, in any encoding.
func (v secretStore) placesIn(data []byte) []string {
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

// recordingServer is a server that records its requests with their headers.
type recordingServer struct {
	*httptest.Server
	mu       sync.Mutex
	received []string // path and query, then the headers
}

func newRecordingServer(t *testing.T, handler http.Handler) *recordingServer {
	t.Helper()
	h := &recordingServer{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var head bytes.Buffer
		fmt.Fprintf(&head, "%s\n", r.URL)
		if err := r.Header.Write(&head); err != nil {
			t.Error(err)
		}
		h.mu.Lock()
		h.received = append(h.received, head.String())
		h.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h
}

// withUserinfo returns the address of the server with a user and a password.
func (h *recordingServer) withUserinfo(user, password string) string {
	return strings.Replace(h.URL, "://", "://"+user+":"+password+"@", 1)
}

// requests returns the requests for paths with a prefix.
func (h *recordingServer) requests(below string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(h.received), func(r string) bool { return !strings.HasPrefix(r, below) })
}

// requirePassword refuses requests without this password.
func requirePassword(password string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, got, _ := r.BasicAuth(); got != password {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// requireUser refuses requests of other users: where a token is the user, there is no
// password.
func requireUser(user string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got, _, _ := r.BasicAuth(); got != user {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recordProcesses puts programs before git, and before the programs that git starts for
// transfers, that record their arguments and their environment.
func recordProcesses(t *testing.T) (path, records string) {
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

// serveRepositories serves repositories by HTTP.
func serveRepositories(t *testing.T, names ...string) http.Handler {
	t.Helper()
	root := t.TempDir()
	for _, name := range names {
		bare := filepath.Join(root, name+".git")
		gittest.Import(t, bare, gittest.Commit{When: time.Unix(1750000000, 0), Files: []gittest.File{{Path: "README.md", Data: "# "}}})
	}
	return gittest.Handler(t, root)
}

// secretsFixture is an environment with a secret in every place.
type secretsFixture struct {
	t                     *testing.T
	secrets               secretStore
	own, other            *recordingServer
	folder, home, records string
	env                   []string
	output                bytes.Buffer
}

func newSecretsFixture(t *testing.T) *secretsFixture {
	t.Helper()
	s := &secretsFixture{t: t, secrets: secretStore{}}
	newSecret := s.secrets.newSecret
	root := t.TempDir()
	s.folder, s.home = filepath.Join(root, "work"), filepath.Join(root, "home")
	s.other = newRecordingServer(t, s.otherHandler())
	s.own = newRecordingServer(t, s.ownHandler())
	path, records := recordProcesses(t)
	s.records = records
	mirror := filepath.Join(root, "given.git")
	gittest.Import(t, mirror, gittest.Commit{When: time.Unix(1750000000, 0)})
	files := map[string]string{
		filepath.Join(s.folder, "midspan.yaml"): fmt.Sprintf("rewrite:\n  https://forge.example/: %s/kept/\n  https://moved.example/: %s/moved/\n  https://wrong.example/: %s/wrong/\n  https://alone.example/: %s/alone/\n",
			s.own.withUserinfo("git", newSecret("rewrite")), s.own.withUserinfo("git", newSecret("moved")), s.own.withUserinfo(newSecret("wronguser"), newSecret("wrong")), strings.Replace(s.own.URL, "://", "://"+newSecret("useralone")+"@", 1)),
		filepath.Join(s.home, ".netrc"):               "default login git password " + newSecret("netrc") + "\n",
		filepath.Join(s.home, ".git-credentials"):     s.own.withUserinfo("git", newSecret("storedhere")) + "\n" + s.other.withUserinfo("git", newSecret("storedthere")) + "\n",
		filepath.Join(s.home, ".gitconfig"):           "[credential]\nhelper = store\n[http]\nextraHeader = \"Authorization: Bearer " + newSecret("extraheader") + "\"\n",
		filepath.Join(s.home, "askpass"):              "#!/bin/sh\necho " + newSecret("askpass") + "\n",
		filepath.Join(mirror, "FETCH_HEAD"):           strings.Repeat("0", 40) + "\t\tbranch 'main' of " + s.own.withUserinfo("git", newSecret("fetchhead")) + "/x\n",
		filepath.Join(s.folder, "tmp", ".keep"):       "",
		filepath.Join(s.folder, "none", "x", ".keep"): "",
	}
	for path, text := range files {
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	for key, value := range map[string]string{"remote.origin.url": s.own.withUserinfo("git", newSecret("mirrorremote")) + "/x", "http.extraHeader": "Authorization: Bearer " + newSecret("mirrorheader"), "remote.origin.promisor": "true"} {
		gittest.Run(t, mirror, nil, "config", key, value)
	}
	s.env = append(os.Environ(), "PATH="+path, "HOME="+s.home, "TMPDIR="+filepath.Join(s.folder, "tmp"), "NO_PROXY=127.0.0.1",
		"HTTPS_PROXY=http://proxy:"+newSecret("proxy")+"@127.0.0.1:1",
		"GIT_ASKPASS="+filepath.Join(s.home, "askpass"), "SSH_ASKPASS="+filepath.Join(s.home, "askpass"), "GIT_CONFIG_GLOBAL="+filepath.Join(s.home, ".gitconfig"),
		"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.extraHeader", "GIT_CONFIG_VALUE_0=Authorization: Bearer "+newSecret("gitconfigenv"), "GIT_CONFIG_PARAMETERS='http.extraheader=X-Token: "+newSecret("gitparameters")+"'",
		"MIDSPAN_CATALOG="+s.own.withUserinfo("cat", newSecret("catalogpassword"))+"/goods.csv?private_token="+newSecret("catalogquery")+"&t="+newSecret("catalogquery2"),
		"MIDSPAN_ADVISORIES="+s.own.withUserinfo("osv", newSecret("advisories"))+"/osv", "MIDSPAN_MIRROR="+filepath.Join(root, "{name}.git"), "MIDSPAN_ALLOW_PRIVATE=true", "MIDSPAN_AS_OF=2026-06-30", "MIDSPAN_ECOSYSTEMS=npm,PyPI,Go",
		"MIDSPAN_STORE=store", "MIDSPAN_OUT=out", "MIDSPAN_TOKEN="+newSecret("midspantoken"))
	for _, name := range []string{"GITHUB_TOKEN", "GITHUB_AUTH_TOKEN", "GH_TOKEN", "GH_AUTH_TOKEN", "GITLAB_TOKEN", "GITLAB_AUTH_TOKEN", "CI_JOB_TOKEN", "AWS_SECRET_ACCESS_KEY", "GITHUB_APP_KEY_PATH"} {
		s.env = append(s.env, name+"="+newSecret(strings.ToLower(strings.ReplaceAll(name, "_", ""))))
	}
	return s
}

// ownHandler is the server for which some of the secrets are meant.
func (s *secretsFixture) ownHandler() http.Handler {
	newSecret, mux := s.secrets.newSecret, http.NewServeMux()
	away := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.other.URL+r.URL.Path, http.StatusFound)
	}
	mux.Handle("/goods.csv", requirePassword(newSecret("catalogpassword"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "name,url\nkept,https://forge.example/kept.git\nmoved,https://moved.example/moved.git\nlocked,https://moved.example/locked.git\nwrong,https://wrong.example/kept.git\nalone,https://alone.example/alone.git\ngiven,https://given.example/given.git\nnamed,%s/open/named.git?private_token=%s#access_token=%s\nnobody,%s/shut/nobody.git\nbad,https://%s:%s@bad host/%s\n",
			s.own.withUserinfo(newSecret("useraddress"), newSecret("address")), newSecret("addressquery"), newSecret("addressfragment"), s.own.URL, newSecret("baduser"), newSecret("badaddress"), "x")
	})))
	mux.Handle("/osv/npm/all.zip", requirePassword(newSecret("advisories"), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(advisoryArchive(s.t)) })))
	mux.HandleFunc("/osv/PyPI/", away)
	mux.HandleFunc("/away/", away)
	mux.HandleFunc("/moved/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.other.URL+r.URL.String(), http.StatusFound)
	})
	mux.Handle("/wrong/", requirePassword("nobody knows it", http.NotFoundHandler()))
	mux.Handle("/alone/", http.StripPrefix("/alone", requireUser(newSecret("useralone"), serveRepositories(s.t, "alone"))))
	mux.Handle("/kept/", http.StripPrefix("/kept", requirePassword(newSecret("rewrite"), serveRepositories(s.t, "kept"))))
	mux.Handle("/open/", http.StripPrefix("/open", serveRepositories(s.t, "named")))
	mux.Handle("/shut/", requirePassword("nobody knows it", http.NotFoundHandler()))
	return mux
}

// otherHandler is a server that requires a password, and must get no secret.
func (s *secretsFixture) otherHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/moved/", http.StripPrefix("/moved", serveRepositories(s.t, "moved")))
	mux.Handle("/moved/locked.git/", requirePassword("nobody knows it", http.NotFoundHandler()))
	mux.Handle("/", requirePassword("nobody knows it", http.NotFoundHandler()))
	return mux
}

func advisoryArchive(t *testing.T) []byte {
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

// midspan runs a command in this environment and keeps its output.
func (s *secretsFixture) midspan(more []string, args ...string) {
	s.t.Helper()
	cmd := exec.Command("midspan", args...)
	cmd.Dir, cmd.Env = s.folder, append(slices.Clone(s.env), more...)
	out, err := cmd.CombinedOutput()
	if _, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		s.t.Fatal(err)
	}
	fmt.Fprintf(&s.output, "midspan %s: %v\n%s\n", args[0], err, out)
}

func TestSecretsReachThoseTheyAreForAndNobodyElse(t *testing.T) {
	s := newSecretsFixture(t)
	s.midspan(nil, "run")
	s.midspan(nil, "run") // updates what is there
	s.midspan(nil, "config")
	s.midspan(nil, "advisories", "update")
	s.midspan([]string{"MIDSPAN_ADVISORIES="}, "check", s.own.withUserinfo(s.secrets.newSecret("checkuser"), s.secrets.newSecret("check"))+"/open/named.git?token="+s.secrets.newSecret("checkquery"))
	for _, catalog := range []string{s.own.withUserinfo("cat", s.secrets.newSecret("failing")) + "/none.csv?t=" + s.secrets.newSecret("failingquery"), s.own.withUserinfo("cat", s.secrets.newSecret("awaypassword")) + "/away/x.csv?t=" + s.secrets.newSecret("awayquery"),
		s.own.withUserinfo("cat", s.secrets.newSecret("wrongport")) + "x/none.csv?t=" + s.secrets.newSecret("wrongportquery")} {
		s.midspan([]string{"MIDSPAN_CATALOG=" + catalog}, "run")
	}
	s.checkFiles()
	s.checkProcesses()
	s.checkRequests()
	s.checkUsed()
}

// checkFiles searches everything that was written and printed.
func (s *secretsFixture) checkFiles() {
	for _, place := range s.secrets.placesIn(s.output.Bytes()) {
		s.t.Errorf("what is printed holds the secret of %s:\n%s", place, s.output.String())
		return
	}
	eachWritten(s.t, s.folder, nil, func(where string, data []byte) {
		if filepath.Base(where) == "midspan.yaml" { // the user wrote it
			return
		}
		for _, place := range s.secrets.placesIn(data) {
			s.t.Errorf("%s holds the secret of %s", strings.TrimPrefix(where, s.folder), place)
		}
	})
}

// checkProcesses searches the arguments and the environment of every started process.
func (s *secretsFixture) checkProcesses() {
	allowed := []string{"rewrite", "moved", "wrong", "wronguser", "useralone", "proxy"} // git needs these
	helpers := 0
	for _, entry := range entriesOf(s.t, s.records) {
		data, err := os.ReadFile(filepath.Join(s.records, entry.Name()))
		if err != nil {
			s.t.Fatal(err)
		}
		helpers += bytes.Count(data, []byte("arg git-remote-http"))
		for line := range bytes.Lines(data) {
			for _, place := range s.secrets.placesIn(line) {
				if !bytes.HasPrefix(line, []byte("env ")) || !slices.Contains(allowed, place) {
					s.t.Errorf("a process shows the secret of %s: %s", place, line)
				}
			}
		}
	}
	if helpers < 5 {
		s.t.Errorf("%d processes that transfer were seen", helpers)
	}
}

// checkRequests searches the requests that the servers received.
func (s *secretsFixture) checkRequests() {
	for _, request := range s.other.requests("/") {
		if found := s.secrets.placesIn([]byte(request)); len(found) > 0 {
			s.t.Errorf("another server was told the secrets of %v:\n%s", found, request)
		}
	}
	for below, allowed := range map[string][]string{"/goods.csv": {"catalogpassword", "catalogquery", "catalogquery2"}, "/osv": {"advisories"}, "/kept": {"rewrite"}, "/wrong": {"wrong", "wronguser"}, "/alone": {"useralone"}, "/moved": nil,
		"/open": nil, "/shut": nil, "/none.csv": {"failing", "failingquery"}, "/away": {"awaypassword", "awayquery"}} {
		for _, request := range s.own.requests(below) {
			for _, place := range s.secrets.placesIn([]byte(request)) {
				if !slices.Contains(allowed, place) {
					s.t.Errorf("the server was told the secret of %s:\n%s", place, request)
				}
			}
		}
	}
}

// checkUsed requires that the secrets were used where they are meant: a secret that is
// never sent cannot leak.
func (s *secretsFixture) checkUsed() {
	for below, place := range map[string]string{"/goods.csv": "catalogpassword", "/osv/npm": "advisories", "/kept": "rewrite", "/wrong": "wrong", "/alone": "useralone"} {
		if !slices.ContainsFunc(s.own.requests(below), func(r string) bool { return slices.Contains(s.secrets.placesIn([]byte(r)), place) }) {
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
			s.t.Errorf("%s was not cloned: %v\n%s", name, err, s.output.String())
		}
	}
}

package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/cgi"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// wire counts the bytes that went over the network, in both directions, for several
// repositories.
type wire struct {
	repositories []repository
	full         int64 // bytes of a full clone of each
	first        int64 // bytes of Midspan's first scan
	again        int64 // bytes of a second scan, nothing changed
	functions    int64 // bytes of a first scan that counts functions: the trees of 12 months
	replay       int64 // bytes of a first scan that replays: the lockfiles of 24 months
}

// measureWire serves mirrors of different sizes from a git server on this machine and
// counts the bytes.
func measureWire(ctx context.Context, o options, work string, corpus corpus) (w wire, err error) {
	programs, err := newIsolation(work)
	if err != nil {
		return w, err
	}
	programs.env = append(programs.env, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	server, err := serve(ctx, corpus)
	if err != nil {
		return w, err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	for _, group := range bySizes(corpus.repositories, o.wire) {
		if err := w.clone(ctx, programs, server, group, filepath.Join(work, "clone")); err != nil {
			return w, err
		}
	}
	if len(w.repositories) == 0 {
		return w, errors.New("no mirror is whole enough to be cloned in full")
	}
	m := midspan{isolation: programs, program: o.midspan, day: time.Now()}
	args, err := server.settings(m, work, w.repositories)
	if err != nil {
		return w, err
	}
	for _, scan := range []struct {
		into    *int64
		store   string
		setting []string
	}{
		{&w.first, "wire", nil}, {&w.again, "wire", nil},
		{&w.functions, "wire-functions", []string{"--functions"}}, {&w.replay, "wire-replay", []string{"--replay"}},
	} {
		before := server.bytes.Load()
		_, output, err := m.start(ctx, filepath.Join(work, scan.store), slices.Concat(args, scan.setting))
		if err != nil {
			return w, err
		}
		if output.Summary.Scanned != len(w.repositories) {
			return w, fmt.Errorf("only %d of %d repositories were scanned from the git server", output.Summary.Scanned, len(w.repositories))
		}
		*scan.into = server.bytes.Load() - before
	}
	return w, nil
}

// clone clones the first of a group that can be cloned in full. A partial mirror lacks
// objects of a full clone.
func (w *wire) clone(ctx context.Context, programs isolation, server *server, group []repository, dir string) error {
	for _, r := range group {
		before := server.bytes.Load()
		_, err := programs.run(ctx, command{program: "git", args: []string{"clone", "--quiet", "--bare", server.address(r), dir}})
		bytes := server.bytes.Load() - before
		if err := errors.Join(ctx.Err(), os.RemoveAll(dir)); err != nil {
			return err
		}
		if err == nil {
			w.full += bytes
			w.repositories = append(w.repositories, r)
			return nil
		}
	}
	return nil
}

// bySizes splits repositories into this number of groups, from small to large.
func bySizes(repositories []repository, groups int) [][]repository {
	sizes := map[string]int64{}
	for _, r := range repositories {
		sizes[r.mirror] = sizeOf(r.mirror)
	}
	sorted := slices.SortedFunc(slices.Values(repositories), func(a, b repository) int { return cmp.Compare(sizes[a.mirror], sizes[b.mirror]) })
	each := (len(sorted) + groups - 1) / groups
	return slices.Collect(slices.Chunk(sorted, each))
}

// sizeOf is the size of the files of a folder, in bytes.
func sizeOf(dir string) int64 {
	var total int64
	_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if info, err := entry.Info(); err == nil {
				total += info.Size()
			}
		}
		return nil // what cannot be read counts as empty
	})
	return total
}

// server is a git server on this machine that counts bytes.
type server struct {
	http  *http.Server
	base  string
	bytes *atomic.Int64
}

func (s *server) Close() error { return s.http.Close() }

// address returns the address at which a repository is served: its host and path below
// ours.
func (s *server) address(r repository) string {
	_, rest, _ := strings.Cut(r.url, "://")
	return s.base + "/" + rest
}

// serve serves the mirrors with git's own server program, which supports partial clones
// as the large forges do.
func serve(ctx context.Context, corpus corpus) (*server, error) {
	out, err := exec.CommandContext(ctx, "git", "--exec-path").Output()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{base: "http://" + listener.Addr().String(), bytes: &atomic.Int64{}}
	mux := http.NewServeMux()
	for _, r := range corpus.repositories {
		root := strings.TrimPrefix(s.address(r), s.base)
		mux.Handle(root+"/", &cgi.Handler{
			Path: filepath.Join(strings.TrimSpace(string(out)), "git-http-backend"), Root: root,
			Env: []string{
				"GIT_PROJECT_ROOT=" + r.mirror, "GIT_HTTP_EXPORT_ALL=1", "GIT_NO_LAZY_FETCH=1", "GIT_CONFIG_COUNT=3",
				"GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=true",
				"GIT_CONFIG_KEY_1=uploadpack.allowAnySHA1InWant", "GIT_CONFIG_VALUE_1=true",
				"GIT_CONFIG_KEY_2=safe.directory", "GIT_CONFIG_VALUE_2=*",
			},
		})
	}
	s.http = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = s.http.Serve(countingListener{listener, s.bytes}) }() // ends with Close
	return s, nil
}

// settings returns the arguments of a run whose addresses are rewritten to the server.
func (s *server) settings(m midspan, work string, repositories []repository) ([]string, error) {
	catalog, config := filepath.Join(work, "wire.csv"), filepath.Join(work, "wire.yaml")
	rewrite := "rewrite:\n"
	hosts := map[string]bool{}
	file, err := os.Create(catalog)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	table := csv.NewWriter(file)
	_ = table.Write([]string{"url"}) // Flush keeps the error
	for _, r := range repositories {
		_ = table.Write([]string{r.url})
		u, err := url.Parse(r.url)
		if err != nil {
			return nil, err
		}
		if !hosts[u.Host] {
			rewrite += fmt.Sprintf("  %s://%s/: %s/%s/\n", u.Scheme, u.Host, s.base, u.Host)
		}
		hosts[u.Host] = true
	}
	table.Flush()
	if err := errors.Join(table.Error(), os.WriteFile(config, []byte(rewrite), 0o600)); err != nil {
		return nil, err
	}
	return []string{"run", "--config=" + config, "--allow-private", "--catalog=" + catalog, "--as-of=" + m.day.UTC().Format(time.DateOnly)}, nil
}

// countingListener counts what its connections read and write.
type countingListener struct {
	net.Listener
	bytes *atomic.Int64
}

func (l countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	return countingConn{conn, l.bytes}, err
}

type countingConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.bytes.Add(int64(n))
	return n, err
}

func (c countingConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

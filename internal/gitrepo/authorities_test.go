package gitrepo

import (
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

// The certificate authority of an institution is the one that the variables name, whatever
// library of TLS git was built with.
func TestGitTrustsTheAuthorityThatTheEnvironmentNames(t *testing.T) {
	t.Setenv("SSL_CERT_DIR", "")
	g, err := New(t.Context(), Options{AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	origin := importRepo(t, g, twoCommits()...)
	server := httptest.NewTLSServer(gittest.Handler(t, filepath.Dir(origin)))
	t.Cleanup(server.Close)
	address := server.URL + "/" + filepath.Base(origin)
	mirror := func() error {
		return g.Mirror(t.Context(), address, filepath.Join(t.TempDir(), "mirror.git"))
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	file := filepath.Join(t.TempDir(), "authority.pem")
	if err := os.WriteFile(file, authority, 0o600); err != nil {
		t.Fatal(err)
	}

	t.Setenv("SSL_CERT_FILE", "")
	if err := mirror(); CauseOf(err) != observation.CauseUnreachable {
		t.Errorf("an authority that nobody names: err = %v", err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	if err := mirror(); err != nil {
		t.Error(err)
	}
	t.Setenv("SSL_CERT_FILE", "")
	t.Setenv("SSL_CERT_DIR", filepath.Join(t.TempDir(), "gone")+string(filepath.ListSeparator)+filepath.Dir(file))
	if got := authorities(); len(got) != 1 || got[0] != "GIT_SSL_CAPATH="+filepath.Dir(file) {
		t.Errorf("of folders of which one is gone git gets %q", got)
	}
}

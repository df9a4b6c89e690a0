package pipeline

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
)

// TestCatalogsOfSeveralPlacesAreOneAndRepeatOffline has an agency's code.json at a server
// and a table at hand that name the same repository.
func TestCatalogsOfSeveralPlacesAreOneAndRepeatOffline(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(`{"agency": "DOX", "releases": [{"name": "Permits", "repositoryURL": "https://github.com/coast/tool", "contact": {"email": "jane@example.gov"}}]}`))
	}))
	defer server.Close()
	table := filepath.Join(t.TempDir(), "goods.csv")
	if err := os.WriteFile(table, []byte("name,url,main repository\nTool,https://github.com/coast/tool;https://github.com/coast/docs,https://github.com/coast/tool\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := testConfig(t)
	cfg.Catalog, cfg.Offline, cfg.AllowPrivate, cfg.MaxAge = []string{server.URL + "/code.json", table}, false, true, 24*time.Hour
	now := cfg.Day().Add(-time.Hour)
	read := func() ([]catalog.Good, error) {
		p, err := New(t.Context(), cfg, "test", func() time.Time { return now }, Silent{})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		all, err := p.Catalogs(t.Context(), nil)
		return p.Choose(all), err
	}
	for _, offline := range []bool{false, true} {
		cfg.Offline = offline
		goods, err := read()
		if err != nil || len(goods) != 1 || len(goods[0].Sources) != 2 || goods[0].MainRepository != "https://github.com/coast/tool" {
			t.Fatalf("offline %v: %+v, %v", offline, goods, err)
		}
		if s := goods[0].Sources; s[0].Location != server.URL+"/code.json" || s[0].Catalog != "code.json" || s[1].Location != table {
			t.Errorf("offline %v: %+v", offline, s)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("the server was asked %d times", n)
	}
	states, err := Sources(t.Context(), cfg, nil)
	if err != nil || states[0].Name != "catalog" || states[0].State != SourceKept || states[0].Date != now.UTC().Format(time.DateOnly) {
		t.Errorf("%+v, %v", states, err)
	}
	cfg.MaxAge = 0
	if _, err := read(); err == nil || !strings.Contains(err.Error(), "max-age") {
		t.Errorf("a copy older than allowed: %v", err)
	}
}

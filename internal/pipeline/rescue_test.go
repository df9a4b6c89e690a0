package pipeline

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners/archive"
	forges "github.com/midspan/midspan/scanners/forge"
)

// rescued is a run over one repository, with a forge and an archive on this machine.
type rescued struct {
	*askable
	copies int // times that the archive was asked
	forge  string
}

func newRescued(t *testing.T) *rescued {
	r := &rescued{askable: newAskable(t)}
	r.forge = r.server.URL
	return r
}

func (r *rescued) run() runResult {
	r.t.Helper()
	keeper := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		r.copies++
		fmt.Fprint(w, `{"date":"2026-05-01T00:00:00Z","snapshot":"1a8893e6a86f444e8be8e7bda6cb34fb1735a00e","status":"full"}`)
	}))
	defer keeper.Close()
	sources := withOthers(forges.New(forges.Options{GitHub: r.forge, Tokens: map[string][]string{"github.com": {"secret"}}, MaxWait: time.Millisecond}),
		archive.New(archive.Options{Address: keeper.URL}))
	p, err := New(r.t.Context(), r.cfg, "test", func() time.Time { return r.now }, Silent{}, WithSources(sources))
	if err != nil {
		r.t.Fatal(err)
	}
	p.retry = fetch.RetryPolicy{MaxAttempts: 1, FailureThreshold: 5, IdleTimeout: time.Second}
	defer p.Close()
	return runWith(r.t, p, askedTool)
}

// TestTheArchiveIsAskedAboutWhatCannotBeRead holds the choices of the setting against
// repositories that are there, that cannot be read, and that their forge no longer shows.
func TestTheArchiveIsAskedAboutWhatCannotBeRead(t *testing.T) {
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"r0":null},"errors":[{"type":"NOT_FOUND","path":["r0"],"message":"Could not resolve to a Repository."}]}`)
	}))
	defer gone.Close()
	for name, c := range map[string]struct {
		archive string
		unread  bool // the mirror is not there
		forge   string
		offline bool
		kept    string
		copies  int
	}{
		"it is there":                        {archive: config.ArchiveUnread, kept: "not-applicable: "},
		"it is there, and all are asked":     {archive: config.ArchiveAll, kept: "true of 2026-06-30", copies: 1},
		"it cannot be read":                  {archive: config.ArchiveUnread, unread: true, kept: "true of 2026-06-30", copies: 1},
		"it cannot be read, and none is":     {archive: config.ArchiveNone, unread: true, kept: "unknown: not-asked"},
		"it is gone from its forge":          {archive: config.ArchiveUnread, forge: gone.URL, kept: "true of 2026-06-30", copies: 1},
		"it cannot be read, and all offline": {archive: config.ArchiveUnread, unread: true, offline: true, kept: "unknown: offline"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRescued(t)
			r.cfg.Archive, r.cfg.Offline = c.archive, c.offline
			if c.unread {
				if err := os.RemoveAll(strings.ReplaceAll(r.cfg.Mirror, "{name}", "tool")); err != nil {
					t.Fatal(err)
				}
			}
			if c.forge != "" {
				r.forge = c.forge
			}
			result := r.run()
			if got := measureIn(result, observation.ArchiveKept); got != c.kept || r.copies != c.copies {
				t.Errorf("a copy is kept: %s after %d requests, want %s after %d", got, r.copies, c.kept, c.copies)
			}
			told := strings.Contains(strings.Join(result.Document.Goods[0].Verdict.Remarks, " "), "keeps a copy of "+askedTool)
			if told != (c.copies > 0 && c.archive != config.ArchiveAll) {
				t.Errorf("remarks %q", result.Document.Goods[0].Verdict.Remarks)
			}
		})
	}
}

// TestANewAddressIsOffered answers with another place than the one in the catalog.
func TestANewAddressIsOffered(t *testing.T) {
	moved := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":{"r0":{"nameWithOwner":"sea/tool","isArchived":false,"issues":{"totalCount":0},"pullRequests":{"totalCount":0}}}}`)
	}))
	defer moved.Close()
	r := newRescued(t)
	r.forge = moved.URL
	result := r.run()
	good := result.Document.Goods[0]
	if got := good.Scans[0].MovedTo; got != "https://github.com/sea/tool" || result.Document.Summary.Moved != 1 {
		t.Errorf("moved to %q, %d in all", got, result.Document.Summary.Moved)
	}
	want := "The catalog still has the old address " + askedTool + "; the new one is https://github.com/sea/tool."
	if !strings.Contains(strings.Join(good.Verdict.Remarks, " "), want) {
		t.Errorf("remarks %q", good.Verdict.Remarks)
	}
}

// TestWhoAsksSaysWhoItIs reads the user agent of a request.
func TestWhoAsksSaysWhoItIs(t *testing.T) {
	for contact, want := range map[string]string{"": "midspan/1 (+https://github.com/midspan/midspan)", "goods@agency.example": "midspan/1 (+mailto:goods@agency.example)",
		"https://agency.example/goods": "midspan/1 (+https://agency.example/goods)"} {
		if got := httpOptions(config.Config{Contact: contact}, "1").UserAgent; got != want {
			t.Errorf("%q: %s, want %s", contact, got, want)
		}
	}
}

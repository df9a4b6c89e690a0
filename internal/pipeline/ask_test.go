package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/archive"
	forges "github.com/midspan/midspan/scanners/forge"
	"github.com/midspan/midspan/scanners/ledger"
	"github.com/midspan/midspan/scanners/packages"
)

const askedTool = "https://github.com/coast/tool"

// askable is a run over one repository at GitHub, whose mirror is given, and a server that
// answers like GitHub about a repository that nobody asks anything.
type askable struct {
	t      *testing.T
	cfg    config.Config
	server *httptest.Server
	calls  atomic.Int32
	stars  atomic.Int32
	now    time.Time
	said   []string
	down   bool
	breaks bool
}

// broken is a source that panics over an answer.
type broken struct{ scanners.Source }

func (broken) Ask(context.Context, scanners.Asking) ([]string, error) { panic("an answer") }

func TestASourceThatBreaksEndsNoRun(t *testing.T) {
	a := newAskable(t)
	a.breaks = true
	a.want(a.run(), observation.ForgeStars, "unknown: scanner-panic", 0)
	if len(a.said) == 0 || !strings.HasPrefix(a.said[0], "forge: the answer met a fault") {
		t.Errorf("said %q", a.said)
	}
}

func newAskable(t *testing.T) *askable {
	a := &askable{t: t, cfg: testConfig(t), now: time.Date(2026, 6, 30, 9, 0, 0, 0, time.UTC)}
	r := gittest.Init(t, filepath.Join(t.TempDir(), "tool"))
	repositoryOf(map[string]string{"README.md": "# Tool\n"})(r)
	a.cfg.Mirror, a.cfg.MaxAge, a.cfg.Offline, a.cfg.AllowPrivate = filepath.Join(filepath.Dir(r.Dir), "{name}"), 30*24*time.Hour, false, true
	a.stars.Store(7)
	a.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet { // what only the REST API tells, of which nothing is shown
			w.WriteHeader(http.StatusNotFound)
			return
		}
		a.calls.Add(1)
		if r.Header.Get("Authorization") != "bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"r0": map[string]any{
			"nameWithOwner": "coast/tool", "isArchived": true, "archivedAt": "2026-05-01T00:00:00Z", "stargazerCount": a.stars.Load(),
			"hasIssuesEnabled": true, "issues": map[string]any{"totalCount": 0}, "pullRequests": map[string]any{"totalCount": 0},
		}}})
	}))
	t.Cleanup(a.server.Close)
	return a
}

func (a *askable) run() runResult {
	a.t.Helper()
	address := a.server.URL
	if a.down {
		address = "http://127.0.0.1:1/" // nothing listens there
	}
	var forge scanners.Source = forges.New(forges.Options{GitHub: address, Tokens: map[string][]string{"github.com": {"secret"}}, MaxWait: time.Millisecond})
	if a.breaks {
		forge = broken{forge}
	}
	sources := withOthers(forge)
	a.said = nil
	p, err := New(a.t.Context(), a.cfg, "test", func() time.Time { return a.now }, Silent{}, WithSources(sources),
		Announce(func(text string) { a.said = append(a.said, text) }))
	if err != nil {
		a.t.Fatal(err)
	}
	p.retry = fetch.RetryPolicy{MaxAttempts: 1, FailureThreshold: 5, IdleTimeout: time.Second}
	defer p.Close()
	return runWith(a.t, p, askedTool)
}

// withOthers are all sources: those that are given, and the others, each asked where nothing
// listens.
func withOthers(given ...scanners.Source) []scanners.Source {
	const nowhere = "http://127.0.0.1:1"
	all := []scanners.Source{forges.New(forges.Options{GitHub: nowhere, Tokens: map[string][]string{"github.com": {"secret"}}}),
		archive.New(archive.Options{Address: nowhere}), ledger.New(ledger.Options{OpenCollective: nowhere}),
		packages.NewDepsDev(packages.Options{Address: nowhere}), packages.NewEcosystems(packages.Options{Address: nowhere})}
	for _, source := range given {
		all[slices.IndexFunc(all, func(s scanners.Source) bool { return s.Name() == source.Name() })] = source
	}
	return all
}

// measure is a measure of the one good of a run, in short.
func measureIn(r runResult, id string) string {
	m, _ := observation.Find(r.Document.Goods[0].Measures, id)
	if m.State == observation.Measured {
		return fmt.Sprint(m.Value, " of ", m.At.Format(time.DateOnly))
	}
	return fmt.Sprint(m.State, ": ", m.Cause)
}

func (a *askable) want(r runResult, id, want string, calls int32) {
	a.t.Helper()
	if got := measureIn(r, id); got != want || a.calls.Load() != calls {
		a.t.Errorf("%s is %s after %d calls, want %s after %d (%v)", id, got, a.calls.Load(), want, calls, a.said)
	}
}

// TestAnAnswerIsAskedForOnceADayAndStandsInForMaxAge follows one store over weeks.
func TestAnAnswerIsAskedForOnceADayAndStandsInForMaxAge(t *testing.T) {
	a := newAskable(t)
	a.want(a.run(), observation.ForgeStars, "7 of 2026-06-30", 1)
	if len(a.said) != 1 || a.said[0] != "github.com: 1 of 1 repository answered, in 3 requests" {
		t.Errorf("said %q", a.said)
	}
	a.stars.Store(8)
	a.want(a.run(), observation.ForgeStars, "7 of 2026-06-30", 1) // the same day
	a.now, a.cfg.AsOf = a.now.AddDate(0, 0, 1), "2026-07-01"
	a.want(a.run(), observation.ForgeStars, "8 of 2026-07-01", 2)
	a.now, a.cfg.AsOf, a.cfg.Offline = a.now.AddDate(0, 0, 20), "2026-07-21", true
	a.want(a.run(), observation.ForgeStars, "8 of 2026-07-01", 2)
	a.cfg.Offline, a.down = false, true
	a.want(a.run(), observation.ForgeStars, "8 of 2026-07-01", 2)
	if len(a.said) == 0 || !strings.HasPrefix(a.said[0], "github.com: 0 of 1 repository answered, in 1 request; github.com: ") {
		t.Errorf("said %q", a.said)
	}
	a.now, a.cfg.AsOf, a.down = a.now.AddDate(0, 0, 20), "2026-08-10", true
	a.want(a.run(), observation.ForgeStars, "unknown: unreachable", 2)
	a.cfg.Offline = true
	r := a.run()
	a.want(r, observation.ForgeStars, "unknown: offline", 2)
	if m, _ := observation.Find(r.Document.Goods[0].Measures, observation.ForgeStars); !strings.Contains(m.Detail, "of 2026-07-01, and older than --max-age") {
		t.Errorf("the reader is told %q", m.Detail)
	}
	a.cfg.AsOf, a.cfg.Offline, a.down = "2026-06-29", false, false // a day of the past
	a.want(a.run(), observation.ForgeStars, "unknown: not-asked", 2)
}

// withoutForge takes what the sources add out of a document.
func withoutForge(t *testing.T, document report.Document) string {
	t.Helper()
	keep := func(measures []observation.Measure) (kept []observation.Measure) {
		for _, m := range measures {
			if !slices.ContainsFunc([]string{"forge.", "archive.", "ledger.", "packages."}, func(of string) bool { return strings.HasPrefix(m.ID, of) }) {
				kept = append(kept, m)
			} else if m.State == observation.Measured {
				t.Errorf("%s is measured", m.ID)
			}
		}
		return kept
	}
	for i := range document.Goods {
		good := &document.Goods[i]
		good.Measures = keep(good.Measures)
		for j := range good.Scans {
			good.Scans[j].Measures = keep(good.Scans[j].Measures)
		}
		// Where nothing is named to ask about, a run that may ask knows that it does not apply.
		good.Verdict.Coverage = assess.Coverage{}
	}
	document.Summary.Coverage = 0
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestARunWithoutAnswersIsOneWithoutTheSources holds a run that was offline, one without a
// way to GitHub and one that declares sources and asks none against each other.
func TestARunWithoutAnswersIsOneWithoutTheSources(t *testing.T) {
	offline := newAskable(t)
	offline.cfg.Offline = true
	first := offline.run()
	if offline.calls.Load() != 0 || len(offline.said) != 0 {
		t.Errorf("offline: %d connections, said %q", offline.calls.Load(), offline.said)
	}
	none := newAskable(t)
	none.cfg.Mirror = offline.cfg.Mirror
	second := run(t, none.cfg, askedTool)
	down := newAskable(t)
	down.cfg.Mirror, down.down = offline.cfg.Mirror, true
	third := down.run()
	if got := measureIn(third, observation.ForgeArchived); got != "unknown: unreachable" {
		t.Errorf("without a way to GitHub: %s", got)
	}
	want := withoutForge(t, first.Document)
	for name, r := range map[string]runResult{"sources not asked": second, "sources down": third} {
		if got := withoutForge(t, r.Document); got != want {
			t.Errorf("%s: the report differs from that of an offline run:\n%s\n%s", name, got, want)
		}
		if len(r.Gaps) != len(first.Gaps) {
			t.Errorf("%s: gaps %v, offline %v", name, r.Gaps, first.Gaps)
		}
	}
}

// TestTheSampleIsNotAsked runs the sample with sources that may ask.
func TestTheSampleIsNotAsked(t *testing.T) {
	a := newAskable(t)
	p, err := New(t.Context(), testConfig(t), "test", func() time.Time { return a.now }, Silent{},
		WithSources(withOthers(forges.New(forges.Options{GitHub: a.server.URL, Tokens: map[string][]string{"github.com": {"secret"}}}))))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.cfg.Offline = false
	stored, err := p.Begin(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Ask(t.Context(), stored); err != nil || a.calls.Load() != 0 {
		t.Errorf("%d calls, %v", a.calls.Load(), err)
	}
}

func TestSourcesSayWhatIsAtHandAndOfWhichDay(t *testing.T) {
	a := newAskable(t)
	a.run()
	for asOf, want := range map[string]string{"2026-06-30": SourceKept, "2026-08-10": SourceOld} {
		a.cfg.AsOf = asOf
		all, err := Sources(t.Context(), a.cfg, []scanners.Source{forges.New(forges.Options{})})
		if err != nil || len(all) != 5 {
			t.Fatalf("%v, %v", all, err)
		}
		for _, s := range all[:4] {
			if s.State != SourceNone || s.Unknown == "" || s.Detail == "" || s.Date != "" {
				t.Errorf("nothing was brought, and got %+v", s)
			}
		}
		if s := all[4]; s.State != want || s.Date != "2026-06-30" || s.Detail != "1 answer; github.com is not asked: set GITHUB_TOKEN" {
			t.Errorf("as of %s: %+v", asOf, s)
		}
	}
}

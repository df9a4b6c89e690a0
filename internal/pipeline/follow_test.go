package pipeline

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/scanners/ledger"
	"github.com/midspan/midspan/scanners/packages"
	"github.com/midspan/midspan/scanners/scorecard/live"
)

// followed is a run over one repository that names a collective and a package, with a
// server that answers like Open Collective, deps.dev and ecosyste.ms.
type followed struct {
	*askable
	ledgers atomic.Int32
	server  *httptest.Server
}

func newFollowed(t *testing.T) *followed {
	f := &followed{askable: newAskable(t)}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.ledgers.Add(1)
		switch r.URL.Path {
		case "/graphql/v2":
			fmt.Fprint(w, `{"data":{"a0":{"type":"COLLECTIVE","stats":{"contributionsCount":3,"totalAmountReceived":{"valueInCents":5000,"currency":"EUR"}}}}}`)
		case "/api/v1/packages/bulk_lookup":
			fmt.Fprintf(w, `[{"purl":"pkg:npm/%%40coast/tool","repository_url":%q,"dependent_packages_count":120,"dependent_repos_count":7}]`, askedTool)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(f.server.Close)
	repository := gittest.Init(t, filepath.Join(t.TempDir(), "tool"))
	repositoryOf(map[string]string{"README.md": "# Tool\n", "FUNDING.yml": "open_collective: tool\n", "package.json": `{"name":"@coast/tool"}`})(repository)
	f.cfg.Mirror = filepath.Join(filepath.Dir(repository.Dir), "{name}")
	return f
}

func (f *followed) run() runResult {
	f.t.Helper()
	address := f.server.URL
	if f.down {
		address = "http://127.0.0.1:1"
	}
	sources := withOthers(
		ledger.New(ledger.Options{OpenCollective: address + "/graphql/v2", MaxWait: time.Millisecond}),
		packages.NewDepsDev(packages.Options{Address: address, MaxWait: time.Millisecond}),
		packages.NewEcosystems(packages.Options{Address: address, MaxWait: time.Millisecond}),
	)
	f.said = nil
	p, err := New(f.t.Context(), f.cfg, "test", func() time.Time { return f.now }, Silent{}, WithSources(sources),
		Announce(func(text string) { f.said = append(f.said, text) }))
	if err != nil {
		f.t.Fatal(err)
	}
	p.retry = fetch.RetryPolicy{MaxAttempts: 1, FailureThreshold: 5, IdleTimeout: time.Second}
	defer p.Close()
	return runWith(f.t, p, askedTool)
}

// TestLedgersAndRegistriesAreAskedAboutWhatTheScanFound follows one store over a month, and
// what a verdict makes of the answers.
func TestLedgersAndRegistriesAreAskedAboutWhatTheScanFound(t *testing.T) {
	f := newFollowed(t)
	r := f.run()
	for id, want := range map[string]string{
		observation.LedgerReceived: "true of 2026-06-30", observation.PackagesDependentPackages: "120 of 2026-06-30",
		observation.PackagesLibyears: "not-applicable: ", observation.PackagesPublished: "unknown: not-found",
	} {
		if got := measureIn(r, id); got != want {
			t.Errorf("%s is %s, want %s (%v)", id, got, want, f.said)
		}
	}
	verdict := r.Document.Goods[0].Verdict
	if verdict.Backing.Evidence != assess.EvidenceReceived || verdict.Load.Level != assess.Strong {
		t.Errorf("the evidence of funding is %s, the load %s", verdict.Backing.Evidence, verdict.Load.Level)
	}
	if !slices.Contains(f.said, "ledgers: 1 of 1 repository that name an account answered, in 1 request") {
		t.Errorf("said %q", f.said)
	}
	calls := f.ledgers.Load()
	f.run()
	f.now, f.cfg.AsOf, f.cfg.Offline = f.now.AddDate(0, 0, 20), "2026-07-20", true
	if got := measureIn(f.run(), observation.LedgerReceived); got != "true of 2026-06-30" || f.ledgers.Load() != calls {
		t.Errorf("the same day and offline: %s after %d more calls", got, f.ledgers.Load()-calls)
	}
	f.now, f.cfg.AsOf, f.cfg.Offline, f.down = f.now.AddDate(0, 0, 20), "2026-08-10", false, true
	if got := measureIn(f.run(), observation.LedgerReceived); got != "unknown: unreachable" {
		t.Errorf("too old, and nobody answers: %s", got)
	}
}

// TestWithoutLedgersARunIsOneWithoutTheSources holds a run that was offline, one whose
// services are down and one that asks nobody against each other.
func TestWithoutLedgersARunIsOneWithoutTheSources(t *testing.T) {
	offline, down := newFollowed(t), newFollowed(t)
	offline.cfg.Offline = true
	first := offline.run()
	if offline.ledgers.Load() != 0 || len(offline.said) != 0 {
		t.Errorf("offline: %d connections, said %q", offline.ledgers.Load(), offline.said)
	}
	down.cfg.Mirror, down.down = offline.cfg.Mirror, true
	third := down.run()
	if len(down.said) != 4 { // the forge is down in all
		t.Errorf("what was tried is not said: %q", down.said)
	}
	none := newAskable(t)
	none.cfg.Mirror = offline.cfg.Mirror
	want := withoutForge(t, first.Document)
	for name, r := range map[string]runResult{"services down": third, "sources not asked": run(t, none.cfg, askedTool)} {
		if got := withoutForge(t, r.Document); got != want {
			t.Errorf("%s: the report differs from that of an offline run:\n%s\n%s", name, got, want)
		}
	}
}

// TestScorecardInFullHoldsFilesAndGitHubTogether lets a check that reads both, one that reads
// files alone, and the one that the match answers come through a whole run.
func TestScorecardInFullHoldsFilesAndGitHubTogether(t *testing.T) {
	f := newFollowed(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/repos/coast/tool":
			fmt.Fprint(w, `{"name":"tool","default_branch":"main","owner":{"login":"coast"},"created_at":"2020-01-01T00:00:00Z"}`)
		case "/repos/coast/tool/releases":
			fmt.Fprint(w, `[{"tag_name":"v1","target_commitish":"main","assets":[{"name":"tool.spdx.json"}]}]`)
		default:
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message":"Not Found"}`)
		}
	}))
	t.Cleanup(server.Close)
	sources := append(withOthers(), live.New(live.Options{Tokens: []string{"x"}, Address: server.URL, Fuzz: server.URL, Badges: server.URL}))
	p, err := New(t.Context(), f.cfg, "test", func() time.Time { return f.now }, Silent{}, WithSources(sources))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	r := runWith(t, p, askedTool)
	for id, want := range map[string]string{
		"posture-full.binary-artifacts": "10 of 2026-06-30", "posture-full.sbom": "10 of 2026-06-30", "posture-full.token-permissions": "not-applicable: ",
		"posture-full.webhooks": "unknown: no-token", "posture-full.vulnerabilities": "not-applicable: ", "posture-full.fuzzing": "unknown: not-found",
	} {
		if got := measureIn(r, id); got != want {
			t.Errorf("%s is %s, want %s", id, got, want)
		}
	}
}

// TestWhatDepsDevSaysOfADependencyIsItsLifecycle follows an answer into the keystones of two
// goods, with who said it and when; a run of an earlier day does not know it.
func TestWhatDepsDevSaysOfADependencyIsItsLifecycle(t *testing.T) {
	f := newFollowed(t)
	lock := `{"name":"x","lockfileVersion":3,"packages":{"":{"dependencies":{"left":"1.0.0"}},"node_modules/left":{"version":"1.0.0"}}}`
	folder := filepath.Dir(f.cfg.Mirror)
	for _, name := range []string{"one", "two"} {
		repositoryOf(map[string]string{"README.md": "# " + name + "\n", "package.json": `{"dependencies":{"left":"1.0.0"}}`, "package-lock.json": lock})(
			gittest.Init(t, filepath.Join(folder, name)))
	}
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := `{"system":"NPM","name":"left","version":"1.0.0"}`
		switch r.URL.Path {
		case "/v3/systems/npm/packages/left":
			fmt.Fprintf(w, `{"versions":[{"versionKey":%s,"publishedAt":"2020-01-01T00:00:00Z","isDefault":true}]}`, key)
		case "/v3alpha/versionbatch":
			fmt.Fprintf(w, `{"responses":[{"request":{"versionKey":%s},"version":{"isDeprecated":true,"deprecatedReason":"use right"}}]}`, key)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(registry.Close)
	run := func() report.Document {
		p, err := New(t.Context(), f.cfg, "test", func() time.Time { return f.now }, Silent{},
			WithSources(withOthers(packages.NewDepsDev(packages.Options{Address: registry.URL, MaxWait: time.Millisecond}))))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		return runWith(t, p, "https://github.com/coast/one", "https://github.com/coast/two").Document
	}
	want := portfolio.Said{By: "deps.dev, v3alpha (CC BY 4.0)", Day: "2026-06-30", Reason: "use right"}
	if doc := run(); len(doc.Keystones) != 1 || doc.Keystones[0].Lifecycle != portfolio.Deprecated || doc.Keystones[0].Said != want ||
		len(doc.Blocks) != 1 || doc.Blocks[0].Said != want {
		t.Errorf("keystones %+v, blocks %+v", doc.Keystones, doc.Blocks)
	}
	f.cfg.AsOf = "2026-06-01"
	if doc := run(); len(doc.Keystones) != 1 || doc.Keystones[0].Lifecycle != portfolio.Unseen || len(doc.Blocks) != 0 {
		t.Errorf("of an earlier day: keystones %+v, blocks %+v", doc.Keystones, doc.Blocks)
	}
}

package packages

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// DepsDev is the source of what deps.dev knows. Its data are under CC BY 4.0.
type DepsDev struct {
	asker
	options Options
}

var _ scanners.Follower = (*DepsDev)(nil)

// NewDepsDev returns the source.
func NewDepsDev(options Options) *DepsDev {
	return &DepsDev{options: options.orDefault("https://api.deps.dev")}
}

const (
	depsDevName = "deps.dev"
	// depsDevSource names the source of its measures, with the licence of the data.
	depsDevSource = "deps.dev (CC BY 4.0)"
	// alphaSource is that of what only its version v3alpha tells, which may change.
	alphaSource = "deps.dev, v3alpha (CC BY 4.0)"
)

const (
	// maxDependencies bounds how many packages are asked about that one repository uses:
	// each takes a request.
	maxDependencies = 200
	// together is how many repositories are asked about before the first is answered.
	together = 100
)

// Name implements scanners.Source.
func (*DepsDev) Name() string { return depsDevName }

// Version implements scanners.Source.
func (*DepsDev) Version() string { return "1" }

// Describe implements scanners.Source.
func (*DepsDev) Describe() scanners.Description {
	return scanners.Description{Tells: "how far behind its packages are and which are left, and how many packages depend on what it publishes",
		Services: []string{"deps.dev is asked without a key"}}
}

// systems are the ecosystems that deps.dev knows, by their names at OSV.
var systems = map[string]string{
	"npm": "NPM", "Go": "GO", "Maven": "MAVEN", "PyPI": "PYPI", "NuGet": "NUGET", "crates.io": "CARGO", "RubyGems": "RUBYGEMS",
}

// uses are the packages that a repository asks for itself and needs when it runs.
type uses struct {
	packages []observation.Coordinate
	left     int // that are beyond the bound, have no version or are of another ecosystem
	Unread   *observation.Note
}

// usesOf reads them from what scanners found. Where no manifest says what is asked for
// directly, nothing is known of it.
func usesOf(found scanners.Found) uses {
	var all uses
	count, known := observation.Find(found.Measures, observation.InventoryManifests)
	if !known || count.State != observation.Measured {
		all.Unread = &observation.Note{Cause: observation.CauseNoSource, Message: "the inventory of packages could not be read"}
		if count.Cause != "" {
			all.Unread.Cause, all.Unread.Message = count.Cause, count.Detail
		}
		return all
	}
	needed := 0
	for i, p := range found.Packages {
		use := observation.UseAt(found.Packages, found.Uses, i)
		if use != observation.ForDevelopment {
			needed++
		}
		if use != observation.UsedDirectly || p.Ecosystem == "Go" && p.Name == "stdlib" { // a runtime, and no package
			continue
		}
		if p.Version == "" || systems[p.Ecosystem] == "" || len(all.packages) >= maxDependencies {
			all.left++
			continue
		}
		all.packages = append(all.packages, p.Coordinate())
	}
	if len(all.packages)+all.left == 0 && needed > 0 {
		all.Unread = &observation.Note{Cause: observation.CauseNoSource, Message: "no manifest says which packages it asks for itself"}
	}
	return all
}

// depsDevAsking is the asking of deps.dev in one run.
type depsDevAsking struct {
	in      scanners.Asking
	api     *service.Service
	address string
	known   map[name]known
	blocked error // why nothing more is asked
	first   *observation.Note
	asked   int // packages
	alpha   error
}

// Ask implements scanners.Source.
func (s *DepsDev) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	a := &depsDevAsking{in: in, address: s.options.Address, known: map[name]known{},
		api: &service.Service{HTTP: in.Client, Name: depsDevName, Now: in.Now, MaxWait: s.options.MaxWait}}
	for some := range slices.Chunk(in.Questions, together) {
		if err := a.askTogether(ctx, some); err != nil {
			return nil, err
		}
	}
	if a.asked == 0 {
		return nil, nil
	}
	line := fmt.Sprintf("deps.dev: %s, in %s", scanners.Count(a.asked, "package", "packages"), scanners.Count(a.api.Calls(), "request", "requests"))
	if a.first != nil {
		line += "; " + a.first.Message
	}
	return []string{line}, nil
}

// askTogether asks about the packages of some repositories, and answers for each.
func (a *depsDevAsking) askTogether(ctx context.Context, questions []scanners.Question) error {
	own, used := make([]own, len(questions)), make([]uses, len(questions))
	wanted := map[name][]string{}
	for i, q := range questions {
		found, err := q.Found(ctx)
		if err != nil {
			return err
		}
		own[i], used[i] = ownOf(found), usesOf(found)
		for _, n := range own[i].names {
			if _, is := wanted[n]; !is && systems[n.ecosystem] != "" {
				wanted[n] = nil
			}
		}
		for _, p := range used[i].packages {
			n := name{p.Ecosystem, p.Name}
			wanted[n] = append(wanted[n], p.Version)
		}
	}
	if err := a.lookUp(ctx, wanted); err != nil {
		return err
	}
	for i, q := range questions {
		answer, failure := a.answer(ctx, q, own[i], used[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var err error
		if failure != nil {
			if a.first == nil {
				a.first = failure
			}
			err = a.in.Unanswered(q.Repository, *failure)
		} else {
			err = a.in.Answered(q.Repository, answer, a.in.Now(), answer.partial)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// answer is what is kept of the packages of a repository. Where deps.dev could not be asked
// about some of them nothing is: an earlier answer is better than half of one.
func (a *depsDevAsking) answer(ctx context.Context, q scanners.Question, own own, used uses) (depsDevAnswer, *observation.Note) {
	kept := depsDevAnswer{Named: len(own.names), OwnUnread: own.Unread, Left: used.left, UsesUnread: used.Unread}
	for _, n := range own.names {
		k := a.known[n]
		if k.failure != nil {
			return kept, k.failure
		}
		kept.Own = append(kept.Own, a.ownFact(ctx, q, n, k))
	}
	for _, p := range used.packages {
		k := a.known[name{p.Ecosystem, p.Name}]
		if k.failure != nil {
			return kept, k.failure
		}
		kept.Uses = append(kept.Uses, usedFact{Name: p.Ecosystem + ":" + p.Name, Version: p.Version, At: k.dates[p.Version], Latest: k.version,
			LatestAt: k.at, NewestAt: k.newest, Deprecated: k.deprecated, Reason: k.reason})
	}
	if a.alpha != nil {
		failure := a.api.Failure(a.alpha)
		kept.AlphaFailure, kept.partial = &failure, true
		if wasWhole(q) {
			return kept, &failure
		}
	}
	return kept, nil
}

// wasWhole reports whether an earlier answer holds what v3alpha tells.
func wasWhole(q scanners.Question) bool {
	var last depsDevAnswer
	return q.Last != nil && json.Unmarshal(q.Last.Document, &last) == nil && last.AlphaFailure == nil
}

// ownFact is what is kept of a package of the repository's own.
func (a *depsDevAsking) ownFact(ctx context.Context, q scanners.Question, n name, k known) ownFact {
	f := ownFact{Name: n.String(), Known: k.version != "", Latest: k.version, LatestAt: k.at, Deprecated: k.deprecated, Reason: k.reason}
	f.Ours = slices.ContainsFunc(k.sources, func(address string) bool { return scanners.IsAddressOf(address, q.Repository) })
	if !f.Known || !f.Ours || a.alpha != nil {
		return f
	}
	count, err := a.dependents(ctx, n, k.version)
	switch {
	case err == nil:
		f.Dependents = count
	case service.IsStatus(err, http.StatusNotFound): // deps.dev has no graph of it
	case service.Blocks(err):
		a.alpha = err
	default:
		failure := a.api.Failure(err)
		f.Failure = &failure
	}
	return f
}

// lookUp asks about packages, each with the versions whose day is wanted. The error means
// that ctx ended.
func (a *depsDevAsking) lookUp(ctx context.Context, wanted map[name][]string) error {
	var missing []name
	for n, versions := range wanted {
		if k, is := a.known[n]; !is || k.failure == nil && slices.ContainsFunc(versions, func(v string) bool { _, has := k.dates[v]; return !has }) {
			missing = append(missing, n)
		}
	}
	slices.SortFunc(missing, compare)
	a.asked += len(missing)
	found, err := a.getAll(ctx, missing, wanted)
	if err != nil {
		return err
	}
	for n, k := range found {
		if old, is := a.known[n]; is && k.failure == nil {
			dates := maps.Clone(old.dates)
			maps.Copy(dates, k.dates)
			k.dates = dates
		}
		a.known[n] = k
	}
	return a.deprecations(ctx, missing)
}

package assess

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Upgrade is one package whose upgrade closes weaknesses across goods.
type Upgrade struct {
	Ecosystem string `json:"ecosystem"`
	Package   string `json:"package"`
	// Steps say for each version in use to which one to go, most goods first.
	Steps []Step `json:"steps"`
	// Closes counts the pairs of a good and a weakness that the steps close,
	// Exploited those of them that are known to be exploited. A weakness of two
	// versions that one good uses is closed when both steps close it.
	Closes    int      `json:"closes"`
	Exploited int      `json:"exploited"`
	Goods     []string `json:"goods"`  // in which something closes, sorted
	Direct    int      `json:"direct"` // of those, goods that list it as their own dependency
	Worst     string   `json:"worst"`  // worst severity of what closes
}

// Step leads from a version in use to the lowest one that closes all that a
// release closes.
type Step struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Goods  int    `json:"goods"`  // that use From
	Closes int    `json:"closes"` // weaknesses
	// Open counts the weaknesses of To itself; nil where nobody looked.
	Open *int `json:"open,omitempty"`
}

// plan is the upgrade of one package on its way.
type plan struct {
	packageName
	*footing
	to map[string]string // by version in use
	// there holds the weaknesses of the versions that steps lead to, checked says
	// whether they are known.
	there   map[string][]weakness
	checked bool
}

// FixFirst lists the packages whose upgrade closes the most: what is known to be
// exploited first, then most pairs of a good and a weakness, then the worst
// severity, then by name; at most limit.
//
// later returns the later of two versions of an ecosystem, the first where their
// order is unknown. affected finds the advisories of packages: with it each step
// is held against the database, for a version may bring back on another branch
// what an earlier one fixed. Where it is nil, a version is taken to hold all that
// was fixed below it. Reports of malicious packages are left out: those are to be
// removed.
func (p *Portfolio) FixFirst(limit int, later func(ecosystem, a, b string) string, affected func([]observation.Package) ([]observation.Finding, error)) ([]Upgrade, error) {
	plans := map[packageName]*plan{}
	var upgrades []Upgrade
	for name, f := range p.packages {
		if len(f.pins) == 0 {
			continue
		}
		if next := newPlan(name, f, later); len(next.to) > 0 {
			plans[name] = next
			upgrades = append(upgrades, p.count(next))
		}
	}
	slices.SortFunc(upgrades, compareUpgrades)
	if affected != nil {
		upgrades = upgrades[:min(2*limit, len(upgrades))] // the check takes away, and moves few by much
		var checked []*plan
		for _, u := range upgrades {
			checked = append(checked, plans[packageName{u.Ecosystem, u.Package}])
		}
		if err := check(checked, later, affected); err != nil {
			return nil, err
		}
		upgrades = nil
		for _, each := range checked {
			if u := p.count(each); u.Closes > 0 {
				upgrades = append(upgrades, u)
			}
		}
		slices.SortFunc(upgrades, compareUpgrades)
	}
	upgrades = upgrades[:min(limit, len(upgrades))]
	for i, u := range upgrades {
		name := packageName{u.Ecosystem, u.Package}
		upgrades[i].Steps = plans[name].steps()
		p.name(&upgrades[i], plans[name])
	}
	return slices.Clip(append([]Upgrade{}, upgrades...)), nil
}

func compareUpgrades(a, b Upgrade) int {
	return cmp.Or(cmp.Compare(one(b.Exploited > 0), one(a.Exploited > 0)), cmp.Compare(b.Closes, a.Closes), compareSeverity(a.Worst, b.Worst),
		cmp.Compare(b.Exploited, a.Exploited), cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Package, b.Package))
}

func newPlan(name packageName, f *footing, later func(ecosystem, a, b string) string) *plan {
	next := &plan{packageName: name, footing: f, to: map[string]string{}, there: map[string][]weakness{}}
	for version, at := range f.pins {
		if to := target(name.ecosystem, "", at.weaknesses, later); to != "" {
			next.to[version] = to
		}
	}
	return next
}

// target is the lowest version, not below to, in which all weaknesses are fixed
// that a release fixes; empty where there is none.
func target(ecosystem, to string, weaknesses []weakness, later func(ecosystem, a, b string) string) string {
	for _, w := range weaknesses {
		fix := w.fix(ecosystem, later)
		switch {
		case fix == "" || w.malicious:
		case to == "":
			to = fix
		default:
			to = later(ecosystem, to, fix)
		}
	}
	return to
}

// closes reports whether the step from a version is rid of one of its weaknesses.
func (p *plan) closes(from string, w weakness) bool {
	to := p.to[from]
	if to == "" || w.malicious {
		return false
	}
	if !p.checked {
		return len(w.fixes) > 0
	}
	return !slices.ContainsFunc(p.there[to], func(other weakness) bool { return other.name == w.name })
}

// pair is a weakness of a good.
type pair struct {
	good uint32
	name string
}

// pairs says of each weakness of each good whether the plan closes it.
func (p *plan) pairs() (closed map[pair]bool) {
	closed = map[pair]bool{}
	for version, at := range p.pins {
		for _, w := range at.weaknesses {
			yes := p.closes(version, w)
			for _, good := range at.settled() {
				before, seen := closed[pair{good, w.name}]
				closed[pair{good, w.name}] = yes && (before || !seen)
			}
		}
	}
	return closed
}

// count counts what a plan closes.
func (p *Portfolio) count(next *plan) Upgrade {
	u := Upgrade{Ecosystem: next.ecosystem, Package: next.name}
	said := map[string]weakness{}
	for _, at := range next.pins {
		for _, w := range at.weaknesses {
			kept := said[w.name]
			said[w.name] = weakness{severity: worse(kept.severity, w.severity), exploited: kept.exploited || w.exploited}
		}
	}
	for each, closed := range next.pairs() {
		if !closed {
			continue
		}
		u.Closes++
		u.Exploited += one(said[each.name].exploited)
		u.Worst = worse(u.Worst, said[each.name].severity)
	}
	return u
}

// name lists the goods in which an upgrade closes something.
func (p *Portfolio) name(u *Upgrade, next *plan) {
	in := map[uint32]bool{}
	for each, closed := range next.pairs() {
		if closed {
			in[each.good] = true
		}
	}
	u.Goods = p.ids(slices.Collect(maps.Keys(in)))
	for _, each := range next.settled() {
		u.Direct += one(in[each.good()] && each.direct())
	}
}

func (p *plan) steps() []Step {
	var steps []Step
	for from, at := range p.pins {
		step := Step{From: from, To: p.to[from], Goods: len(at.settled())}
		for _, w := range at.weaknesses {
			step.Closes += one(p.closes(from, w))
		}
		if step.Closes == 0 {
			continue
		}
		if p.checked {
			n := len(p.there[step.To])
			step.Open = &n
		}
		steps = append(steps, step)
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Or(cmp.Compare(b.Goods, a.Goods), cmp.Compare(a.From, b.From)) })
	return steps
}

// maxRounds bounds how often a step that does not close all goes on to a later
// version: branches that were fixed apart are few.
const maxRounds = 4

// check holds the steps of plans against the advisories of the versions that
// they lead to, and leads them on where these still have what a release fixes.
func check(plans []*plan, later func(ecosystem, a, b string) string, affected func([]observation.Package) ([]observation.Finding, error)) error {
	for range maxRounds {
		asked := map[release]*plan{}
		for _, each := range plans {
			for _, to := range each.to {
				if _, known := each.there[to]; !known {
					asked[release{each.packageName, to}] = each
				}
			}
		}
		if len(asked) == 0 {
			break
		}
		if err := ask(asked, affected); err != nil {
			return err
		}
		for _, each := range plans {
			each.lead(later)
		}
	}
	for _, each := range plans {
		each.checked = true
		maps.DeleteFunc(each.to, func(_, to string) bool { _, known := each.there[to]; return !known })
	}
	return nil
}

// release is a package at a version.
type release struct {
	packageName
	version string
}

func (r release) compare(other release) int {
	return cmp.Or(r.packageName.compare(other.packageName), cmp.Compare(r.version, other.version))
}

func releaseOf(p observation.Package) release {
	return release{packageName{p.Ecosystem, p.Name}, p.Version}
}

// ask notes the weaknesses of the releases asked for.
func ask(asked map[release]*plan, affected func([]observation.Package) ([]observation.Finding, error)) error {
	var packages []observation.Package
	for _, r := range slices.SortedFunc(maps.Keys(asked), release.compare) {
		packages = append(packages, observation.Package{Ecosystem: r.ecosystem, Name: r.name, Version: r.version})
		asked[r].there[r.version] = []weakness{}
	}
	findings, err := affected(packages)
	if err != nil {
		return err
	}
	for _, group := range byRelease(findings) {
		r := releaseOf(group[0].Package)
		if each := asked[r]; each != nil {
			each.there[r.version] = weaknessesOf(group)
		}
	}
	return nil
}

// lead goes on from versions that still have what the step should close.
func (p *plan) lead(later func(ecosystem, a, b string) string) {
	for from, to := range p.to {
		still := slices.DeleteFunc(slices.Clone(p.there[to]), func(w weakness) bool {
			return !slices.ContainsFunc(p.pins[from].weaknesses, func(old weakness) bool { return old.name == w.name })
		})
		p.to[from] = target(p.ecosystem, to, still, later)
	}
}

package portfolio

import (
	"cmp"
	"maps"
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Upgrade is one package whose upgrade closes vulnerabilities across goods.
type Upgrade struct {
	Ecosystem string `json:"ecosystem"`
	Package   string `json:"package"`
	// Steps say for each version in use to which one to go, most goods first.
	Steps []Step `json:"steps"`
	// Closes counts the pairs of a good and a vulnerability that the steps close,
	// Exploited those of them that are known to be exploited. A vulnerability of two
	// versions that one good uses is closed when both steps close it.
	Closes    int                  `json:"closes"`
	Exploited int                  `json:"exploited"`
	Goods     []string             `json:"goods"`  // in which something closes, sorted
	Direct    int                  `json:"direct"` // of those, goods that list it as their own dependency
	Worst     observation.Severity `json:"worst"`  // worst severity of what closes
	// Development is set where none of those goods runs it: it only builds or tests.
	Development bool `json:"development,omitempty"`
}

// Step is the upgrade from a version in use to a fixed version that leaves the fewest
// vulnerabilities open, the lowest of those. Where targets were not checked, it is the
// lowest one that closes all vulnerabilities that any release closes.
type Step struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Goods  int    `json:"goods"`  // that use From
	Closes int    `json:"closes"` // vulnerabilities
	// Open counts the vulnerabilities of To itself; nil where that was not checked.
	Open *int `json:"open,omitempty"`
}

// plan is the upgrade of one package while it is made.
type plan struct {
	packageName
	*packageUse
	to map[string]string // by version in use
	// atTarget are the vulnerabilities of the target versions; checked is set once all
	// of them are known.
	atTarget map[string][]vulnerability
	checked  bool
}

// FixFirst lists the packages whose upgrade closes the most, at most limit: what is
// known to be exploited first, then most pairs of a good and a vulnerability, then the
// worst severity, then by name.
//
// later returns the later of two versions of an ecosystem, the first where their order
// is unknown. affected finds the advisories of packages: with it each target is checked
// against the database and raised while it has a vulnerability that a release fixes, for
// it may have what came after it, or what an earlier version on another branch fixed.
// Packages that are released together get one target (family). Where it is nil, a version
// is taken to have all fixes of those below it. Malicious packages are left out: those
// are to be removed.
func (p *Portfolio) FixFirst(limit int, later func(ecosystem, a, b string) string,
	affected func([]observation.Package) ([]observation.Finding, error)) ([]Upgrade, error) {
	plans := map[packageName]*plan{}
	var upgrades []Upgrade
	for name, f := range p.packages {
		if len(f.versions) == 0 {
			continue
		}
		if next := newPlan(name, f, later); len(next.to) > 0 {
			plans[name] = next
			upgrades = append(upgrades, p.count(next))
		}
	}
	slices.SortFunc(upgrades, compareUpgrades)
	if affected != nil {
		upgrades = upgrades[:min(2*limit, len(upgrades))] // the check removes few, and moves few by much
		var checked []*plan
		for _, u := range upgrades {
			checked = append(checked, plans[nameOf(u.Ecosystem, u.Package)])
		}
		if err := checkPlans(checked, later, affected); err != nil {
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
		name := nameOf(u.Ecosystem, u.Package)
		upgrades[i].Steps = plans[name].steps()
		p.nameGoods(&upgrades[i], plans[name])
	}
	return slices.Clip(append([]Upgrade{}, upgrades...)), nil
}

func compareUpgrades(a, b Upgrade) int {
	return cmp.Or(cmp.Compare(countTrue(b.Exploited > 0), countTrue(a.Exploited > 0)), cmp.Compare(b.Closes, a.Closes), a.Worst.Compare(b.Worst),
		cmp.Compare(b.Exploited, a.Exploited), cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Package, b.Package))
}

func newPlan(name packageName, f *packageUse, later func(ecosystem, a, b string) string) *plan {
	next := &plan{packageName: name, packageUse: f, to: map[string]string{}, atTarget: map[string][]vulnerability{}}
	for version, at := range f.versions {
		if to := upgradeTarget(name.ecosystem, "", at.open(), later); to != "" {
			next.to[version] = to
		}
	}
	return next
}

// upgradeTarget is the lowest version, not below to, in which all vulnerabilities are
// fixed that any release fixes; empty where there is none.
func upgradeTarget(ecosystem, to string, vulnerabilities []vulnerability, later func(ecosystem, a, b string) string) string {
	for _, w := range vulnerabilities {
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

// closes reports whether the upgrade from a version closes one of its vulnerabilities.
func (p *plan) closes(from string, w vulnerability) bool {
	to := p.to[from]
	if to == "" || w.malicious {
		return false
	}
	if !p.checked {
		return len(w.fixes) > 0
	}
	return !slices.ContainsFunc(p.atTarget[to], func(other vulnerability) bool { return other.name == w.name })
}

// pair is a vulnerability of a good.
type pair struct {
	good uint32
	name string
}

// pairs are the vulnerabilities of each good, and whether the plan closes them.
func (p *plan) pairs() (closed map[pair]bool) {
	closed = map[pair]bool{}
	for version, at := range p.versions {
		for _, w := range at.vulnerabilities {
			yes := p.closes(version, w)
			for _, good := range at.openIn(w.name) {
				before, seen := closed[pair{good, w.name}]
				closed[pair{good, w.name}] = yes && (before || !seen)
			}
		}
	}
	return closed
}

// count counts what a plan closes.
func (p *Portfolio) count(next *plan) Upgrade {
	u := Upgrade{Ecosystem: next.ecosystem, Package: next.spelling}
	byName := map[string]vulnerability{}
	for _, at := range next.versions {
		for _, w := range at.vulnerabilities {
			kept := byName[w.name]
			byName[w.name] = vulnerability{severity: worse(kept.severity, w.severity), exploited: kept.exploited || w.exploited}
		}
	}
	for each, closed := range next.pairs() {
		if !closed {
			continue
		}
		u.Closes++
		u.Exploited += countTrue(byName[each.name].exploited)
		u.Worst = worse(u.Worst, byName[each.name].severity)
	}
	return u
}

// nameGoods lists the goods in which an upgrade closes something.
func (p *Portfolio) nameGoods(u *Upgrade, next *plan) {
	in := map[uint32]bool{}
	for each, closed := range next.pairs() {
		if closed {
			in[each.good] = true
		}
	}
	u.Goods = p.ids(slices.Collect(maps.Keys(in)))
	uses, run := 0, 0
	for _, each := range next.sortedUses() {
		if !in[each.good()] {
			continue
		}
		u.Direct += countTrue(each.direct())
		uses, run = uses+1, run+countTrue(each.kind() != observation.ForDevelopment)
	}
	u.Development = uses > 0 && run == 0
}

func (p *plan) steps() []Step {
	var steps []Step
	for from, at := range p.versions {
		step := Step{From: from, To: p.to[from], Goods: len(at.sortedGoods())}
		for _, w := range at.open() {
			step.Closes += countTrue(p.closes(from, w))
		}
		if step.Closes == 0 {
			continue
		}
		if p.checked {
			n := len(p.atTarget[step.To])
			step.Open = &n
		}
		steps = append(steps, step)
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Or(cmp.Compare(b.Goods, a.Goods), cmp.Compare(a.From, b.From)) })
	return steps
}

package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/portfolio"
)

// maxUpgrades is how many upgrades a report lists of a good.
const maxUpgrades = 20

// finder finds the advisories of packages; nil where only those that a good lists can be
// asked for.
type finder = func([]observation.Package) ([]observation.Finding, error)

// upgrades plans the upgrades of one good: what it runs first. Their targets are held
// against the advisories where affected is not nil.
func (e entry) upgrades(affected finder) ([]portfolio.Upgrade, error) {
	name := func(p observation.Package) observation.Coordinate { // at no version
		return observation.Coordinate{Ecosystem: p.Ecosystem, Name: observation.NormalName(p.Ecosystem, p.Name)}
	}
	found := map[observation.Coordinate]bool{} // nothing else can be upgraded
	for _, scan := range e.brief.Scans {
		for _, f := range scan.Findings {
			found[name(f.Package)] = true
		}
	}
	if len(found) == 0 {
		return []portfolio.Upgrade{}, nil
	}
	runs := map[observation.Coordinate]bool{}
	for _, read := range e.inventories {
		for i, pkg := range read.inventory.Packages {
			runs[pkg.Coordinate()] = runs[pkg.Coordinate()] || read.inventory.Uses[i] != observation.ForDevelopment
		}
	}
	upgrades := []portfolio.Upgrade{}
	for _, running := range []bool{true, false} {
		one := portfolio.New()
		for i, scan := range e.brief.Scans {
			var packages []observation.Package
			var uses []observation.Use
			read := e.inventories[i].inventory
			for n, pkg := range read.Packages {
				if found[name(pkg)] && runs[pkg.Coordinate()] == running {
					packages, uses = append(packages, pkg), append(uses, read.Uses[n])
				}
			}
			var findings []observation.Finding
			for _, f := range scan.Findings {
				if runs[f.Package.Coordinate()] == running {
					findings = append(findings, f)
				}
			}
			one.AddRepository(e.brief.ID, packages, uses, findings)
		}
		more, err := one.FixFirst(maxUpgrades-len(upgrades), advisory.Later, affected)
		if err != nil {
			return nil, err
		}
		upgrades = append(upgrades, more...)
	}
	return upgrades, nil
}

// digest adds the upgrades to the digest of what a good's verdict depends on: a target may
// have got new advisories although the good has the findings that it had. It is empty
// where that of the verdict is.
func (e entry) digest(verdict string) (string, error) {
	if verdict == "" {
		return "", nil
	}
	text, err := json.Marshal(e.brief.Upgrades)
	sum := sha256.Sum256(text)
	return verdict + " " + hex.EncodeToString(sum[:]), err
}

// remember keeps what was found of each package: the upgrades of many goods lead to the
// same versions.
func remember(find finder) finder {
	if find == nil {
		return nil
	}
	known := map[observation.Coordinate][]observation.Finding{}
	return func(packages []observation.Package) ([]observation.Finding, error) {
		var missing []observation.Package
		for _, pkg := range packages {
			if _, found := known[pkg.Coordinate()]; !found {
				missing = append(missing, pkg)
			}
		}
		found, err := find(missing)
		if err != nil {
			return nil, err
		}
		for _, pkg := range missing {
			known[pkg.Coordinate()] = nil
		}
		for _, f := range found {
			known[f.Package.Coordinate()] = append(known[f.Package.Coordinate()], f)
		}
		var all []observation.Finding
		for _, pkg := range packages {
			all = append(all, known[pkg.Coordinate()]...)
		}
		return all, nil
	}
}

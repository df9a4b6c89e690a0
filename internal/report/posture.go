package report

import (
	"slices"

	"github.com/midspan/midspan/internal/observation"
)

// Posture is the checks of one repository, by how they came out.
type Posture struct {
	Repository string
	Weak       []observation.Check // below 10, lowest first
	// The names of the others: with 10 of 10, unknown, not applicable.
	Whole, Unknown, Beside []string
}

// PostureOf groups the checks of a good, repository by repository.
func PostureOf(good Good) []Posture {
	var all []Posture
	for _, scan := range good.Scans {
		if len(scan.Checks) == 0 {
			continue
		}
		p := Posture{Repository: scan.Repository.URL}
		for _, check := range scan.Checks {
			switch {
			case check.State == observation.NotApplicable:
				p.Beside = append(p.Beside, check.Name)
			case check.State != observation.Measured:
				p.Unknown = append(p.Unknown, check.Name)
			case check.Score < 10:
				p.Weak = append(p.Weak, check)
			default:
				p.Whole = append(p.Whole, check.Name)
			}
		}
		sortByScore(p.Weak)
		all = append(all, p)
	}
	return all
}

// sortByScore puts the lowest score first.
func sortByScore(checks []observation.Check) {
	slices.SortStableFunc(checks, func(a, b observation.Check) int { return a.Score - b.Score })
}

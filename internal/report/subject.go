package report

import (
	"time"

	"github.com/midspan/midspan/internal/policy"
)

// Subject is the good as a policy reads it, as of a day.
func (g Good) Subject(asOf time.Time) policy.Subject {
	s := policy.Subject{ID: g.ID, Name: g.Name, AsOf: asOf, Verdict: g.Verdict, Measures: g.Measures}
	for _, scan := range g.Scans {
		s.Findings = append(s.Findings, scan.Findings...)
		if scan.Outcome == Failed {
			s.Unread++
		}
	}
	return s
}

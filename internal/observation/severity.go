package observation

import "slices"

// Severity is how grave an advisory is: the rating of its CVSS base score, or the
// publisher's own word where it has no score.
type Severity string

// The severities.
const (
	SeverityCritical Severity = "critical" // base score 9 or more
	SeverityHigh     Severity = "high"     // 7 to 8.9
	SeverityMedium   Severity = "medium"   // 4 to 6.9
	SeverityLow      Severity = "low"      // below 4
	SeverityUnknown  Severity = "unknown"  // the advisory has no rating
)

// Severities lists all severities, the worst first.
func Severities() []Severity {
	return []Severity{SeverityCritical, SeverityHigh, SeverityMedium, SeverityLow, SeverityUnknown}
}

// Valid reports whether s is one of Severities.
func (s Severity) Valid() bool { return slices.Contains(Severities(), s) }

// IsRated reports whether an advisory says how severe it is.
func (s Severity) IsRated() bool { return s != SeverityUnknown && s != "" }

// Compare is negative where s is worse than other. A severity that is none of
// Severities comes last.
func (s Severity) Compare(other Severity) int { return s.rank() - other.rank() }

func (s Severity) rank() int {
	if i := slices.Index(Severities(), s); i >= 0 {
		return i
	}
	return len(Severities())
}

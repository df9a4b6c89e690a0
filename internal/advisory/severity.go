package advisory

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"
)

// The severities of a finding.
const (
	SeverityCritical = "critical"
	SeverityHigh     = "high"
	SeverityMedium   = "medium"
	SeverityLow      = "low"
	SeverityUnknown  = "unknown"
)

// ratingOf maps a CVSS base score to the qualitative scale of CVSS v3 and v4, for v2
// scores too. A score of 0 ("none") is called low.
func ratingOf(score float64) string {
	switch {
	case score >= 9:
		return SeverityCritical
	case score >= 7:
		return SeverityHigh
	case score >= 4:
		return SeverityMedium
	default:
		return SeverityLow
	}
}

// labelSeverities maps the words that databases use in place of a vector.
var labelSeverities = map[string]string{
	"CRITICAL": SeverityCritical,
	"HIGH":     SeverityHigh,
	"MODERATE": SeverityMedium,
	"MEDIUM":   SeverityMedium,
	"LOW":      SeverityLow,
}

// severityOf returns the severity of an entry, and the vector and score behind it.
// Of several vectors the highest score counts, as osv-scanner shows it.
func (e entry) severityOf() (severity string, score *float64, vector string) {
	for _, v := range e.Vectors {
		if s, ok := baseScore(v); ok && (score == nil || s > *score) {
			score, vector = &s, v
		}
	}
	if score != nil {
		return ratingOf(*score), score, vector
	}
	if word, ok := labelSeverities[strings.ToUpper(strings.TrimSpace(e.Label))]; ok {
		return word, nil, ""
	}
	return SeverityUnknown, nil, ""
}

// baseScore reads a CVSS vector of any version; v2 vectors carry no prefix.
func baseScore(vector string) (score float64, ok bool) {
	switch {
	case strings.HasPrefix(vector, "CVSS:4.0/"):
		v, err := gocvss40.ParseVector(vector)
		if err != nil {
			return 0, false
		}
		return v.Score(), true
	case strings.HasPrefix(vector, "CVSS:3.1/"):
		v, err := gocvss31.ParseVector(vector)
		if err != nil {
			return 0, false
		}
		return v.BaseScore(), true
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		v, err := gocvss30.ParseVector(vector)
		if err != nil {
			return 0, false
		}
		return v.BaseScore(), true
	default:
		v, err := gocvss20.ParseVector(vector)
		if err != nil {
			return 0, false
		}
		return v.BaseScore(), true
	}
}

package advisory

import (
	"strings"

	gocvss20 "github.com/pandatix/go-cvss/20"
	gocvss30 "github.com/pandatix/go-cvss/30"
	gocvss31 "github.com/pandatix/go-cvss/31"
	gocvss40 "github.com/pandatix/go-cvss/40"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/osvdb/record"
)

// ratingOf maps a CVSS base score to the qualitative scale of CVSS v3 and v4, for v2
// scores too. A score of 0 ("none") is called low.
func ratingOf(score float64) observation.Severity {
	switch {
	case score >= 9:
		return observation.SeverityCritical
	case score >= 7:
		return observation.SeverityHigh
	case score >= 4:
		return observation.SeverityMedium
	default:
		return observation.SeverityLow
	}
}

// labelSeverities maps the words that databases use in place of a vector.
var labelSeverities = map[string]observation.Severity{
	"CRITICAL": observation.SeverityCritical,
	"HIGH":     observation.SeverityHigh,
	"MODERATE": observation.SeverityMedium,
	"MEDIUM":   observation.SeverityMedium,
	"LOW":      observation.SeverityLow,
}

// severityOf returns the severity of an entry, and the vector and score behind it.
// Of several vectors the highest score counts, as osv-scanner shows it.
func severityOf(e record.Entry) (severity observation.Severity, score *float64, vector string) {
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
	return observation.SeverityUnknown, nil, ""
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
		return baseScoreOf(gocvss31.ParseVector(vector))
	case strings.HasPrefix(vector, "CVSS:3.0/"):
		return baseScoreOf(gocvss30.ParseVector(vector))
	}
	return baseScoreOf(gocvss20.ParseVector(vector))
}

func baseScoreOf(v interface{ BaseScore() float64 }, err error) (score float64, ok bool) {
	if err != nil {
		return 0, false
	}
	return v.BaseScore(), true
}

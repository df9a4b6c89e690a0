package observation

import "encoding/json"

// Check is one posture check: a score from 0 to 10, or unknown.
type Check struct {
	Name string `json:"name"`
	// State is Measured, Unknown (could not run) or NotApplicable (ran, and
	// found nothing to judge).
	State State `json:"state"`
	// Score is 0 to 10; it is valid, and written, only where State is
	// Measured.
	Score   int      `json:"score"`
	Reason  string   `json:"reason,omitempty"`
	Details []string `json:"details,omitempty"` // "warn: .github/workflows/ci.yml:7: …", bounded in number
	Cause   Cause    `json:"cause,omitempty"`
	// Remedy is what to do next, DocURL where it is explained.
	Remedy string `json:"remedy,omitempty"`
	DocURL string `json:"docUrl,omitempty"`
}

// MarshalJSON leaves out the score of a check that has none, so that nobody
// reads an unknown as zero.
func (c Check) MarshalJSON() ([]byte, error) {
	type plain Check
	written := struct {
		plain
		Score *int `json:"score,omitempty"`
	}{plain: plain(c)}
	if c.State == Measured {
		written.Score = &c.Score
	}
	return json.Marshal(written)
}

package report

import "github.com/midspan/midspan/internal/policy"

// AskedPolicy is a policy that the run was asked, with how its goods answered.
type AskedPolicy struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Source string `json:"source,omitempty"`
	About  string `json:"about,omitempty"`
	// Digest is the SHA-256 of its file, in hexadecimal.
	Digest     string           `json:"digest"`
	Conditions []AskedCondition `json:"conditions"`
	// Outcomes counts the goods by outcome.
	Outcomes map[policy.Outcome]int `json:"outcomes"`
}

// AskedCondition is a condition of a policy.
type AskedCondition struct {
	ID    string `json:"id"`
	Title string `json:"title"`
}

// PolicyAnswer is what a policy says of one good.
type PolicyAnswer struct {
	Policy  string         `json:"policy"` // its id
	Outcome policy.Outcome `json:"outcome"`
	// Tolerated is what was not known, and may be missing as the policy says.
	Tolerated  []string          `json:"tolerated,omitempty"`
	Conditions []ConditionAnswer `json:"conditions"` // in the order of the policy
	// Marks has one of the marks for each condition, in their order: what a portfolio keeps of
	// them.
	Marks string `json:"-"`
}

// The marks of an answer to a condition.
const (
	MarkPass    = 'p'
	MarkFail    = 'f'
	MarkUnknown = 'u'
	MarkUnseen  = 'n' // unknown, because nobody can see it from here
)

// marksOf are those of conditions.
func marksOf(conditions []ConditionAnswer) string {
	marks := make([]byte, len(conditions))
	for i, c := range conditions {
		switch {
		case c.Outcome == policy.Pass:
			marks[i] = MarkPass
		case c.Outcome == policy.Fail:
			marks[i] = MarkFail
		case c.Unseen:
			marks[i] = MarkUnseen
		default:
			marks[i] = MarkUnknown
		}
	}
	return string(marks)
}

// ConditionAnswer is what a condition says of one good.
type ConditionAnswer struct {
	ID      string         `json:"id"`
	Outcome policy.Outcome `json:"outcome"`
	Unseen  bool           `json:"unseen,omitempty"` // unknown, because nobody can see it from here
	Because string         `json:"because"`
}

// Asked describes a policy, without answers.
func Asked(p *policy.Policy) AskedPolicy {
	asked := AskedPolicy{ID: p.ID, Name: p.Name, Source: p.Source, About: p.About, Digest: p.Digest, Conditions: []AskedCondition{},
		Outcomes: map[policy.Outcome]int{}}
	for id, title := range p.Titles() {
		asked.Conditions = append(asked.Conditions, AskedCondition{id, title})
	}
	return asked
}

// AskedAll describes policies, without answers; nil where there are none.
func AskedAll(policies []*policy.Policy) []AskedPolicy {
	var all []AskedPolicy
	for _, p := range policies {
		all = append(all, Asked(p))
	}
	return all
}

// AnswerOf is the result of a policy as the document has it, without the evidence.
func AnswerOf(r policy.Result) PolicyAnswer {
	answer := PolicyAnswer{Policy: r.Policy, Outcome: r.Outcome, Tolerated: r.Tolerated, Conditions: []ConditionAnswer{}}
	for _, c := range r.Conditions {
		answer.Conditions = append(answer.Conditions, ConditionAnswer{c.ID, c.Outcome, c.Unseen, RedactPaths(c.Because)})
	}
	return answer
}

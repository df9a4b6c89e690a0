package report

import (
	"html/template"

	"github.com/midspan/midspan/internal/assess"
)

// method is what the page about the method shows beside the document.
type method struct {
	Stages []stageCount
	Rules  []ruleView
}

// ruleView is a rule as readers see it.
type ruleView struct {
	assess.RuleText
	Question  string
	Name      string        // of the measure of a plain rule
	Against   string        // what it is held against
	When      template.HTML // of a rule that joins others
	Says      string        // where it holds, with letters for numbers
	Otherwise string
	Clears    string
}

func (s *site) method() method {
	view := method{Stages: countStages(s.doc.Goods)}
	for _, rule := range s.doc.Rules {
		w := s.words
		shown := ruleView{RuleText: rule, Question: w.Say(rule.Question)}
		if rule.Measure != "" {
			shown.Name = rule.Measure
			if def, known := s.defs[rule.Measure]; known {
				shown.Name = w.Say(def.Name)
			}
			shown.Against = w.ruleText(assess.Reason{Operator: rule.Operator, Threshold: rule.Threshold, Unit: rule.Unit})
			shown.Says, shown.Otherwise, shown.Clears = w.patternText(rule.Holds), w.patternText(rule.Fails), w.patternText(rule.Clears)
		} else {
			shown.When = w.joinedText(assess.Joined{All: rule.All, Any: rule.Any})
			shown.Clears = w.patternText(rule.Clears)
		}
		view.Rules = append(view.Rules, shown)
	}
	return view
}

// patternText shows a sentence of a rule with letters for its numbers: N for that of
// the measure, T for the threshold.
func (w words) patternText(pattern string) string {
	if pattern == "" {
		return ""
	}
	return w.Say(pattern, "value", "N", "threshold", "T")
}

// joinedText says a condition, with links to the rules in it.
func (w words) joinedText(j assess.Joined) template.HTML {
	switch {
	case j.Rule != "":
		return link("#rule-"+j.Rule, j.Rule)
	case j.Pillar != "":
		var levels []template.HTML
		for _, l := range j.Levels {
			levels = append(levels, template.HTML(template.HTMLEscapeString(w.levelWord(l))))
		}
		return w.sayHTML("{support} is {levels}", "support", w.pillarWord(j.Pillar), "levels", w.joinHTML(levels, "{list} or {last}"))
	case j.Not != nil:
		return w.sayHTML("not {condition}", "condition", w.joinedText(*j.Not))
	case len(j.All) > 0:
		return w.joinHTML(w.joinedAll(j.All), "{list} and {last}")
	}
	return w.joinHTML(w.joinedAll(j.Any), "{list} or {last}")
}

// joinedAll says conditions, in brackets where they are joined themselves.
func (w words) joinedAll(conditions []assess.Joined) []template.HTML {
	var said []template.HTML
	for _, c := range conditions {
		text := w.joinedText(c)
		if len(conditions) > 1 && len(c.All)+len(c.Any) > 1 {
			text = "(" + text + ")"
		}
		said = append(said, text)
	}
	return said
}

// joinHTML joins with one word all along: what a condition says has no commas.
func (w words) joinHTML(items []template.HTML, pattern string) template.HTML {
	if len(items) == 0 {
		return ""
	}
	said := items[0]
	for _, item := range items[1:] {
		said = w.sayHTML(pattern, "list", said, "last", item)
	}
	return said
}

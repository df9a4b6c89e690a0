package site

import (
	"html/template"
	"slices"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/wording"
)

// method is what the method page shows beside the document.
type method struct {
	Stages  []stageView
	Pillars []pillarView
	Bands   string // of all levels
	Weights string // of all supports
	Rules   []ruleView
}

// stageView is a stage with its condition; none where it is what is left.
type stageView struct {
	Stage assess.Stage
	When  template.HTML
}

// pillarView is load or a support with the conditions of its levels.
type pillarView struct {
	ID, Question string
	Levels       []levelView
}

type levelView struct {
	Level assess.Level
	When  template.HTML // empty for the level that is left
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

// shareText writes a share with its interval, in percent; a dash where there is none.
func (w pageLocalizer) shareText(e backtest.Estimate) string {
	switch {
	case e.Value == nil:
		return "–"
	case e.Low == nil || e.High == nil:
		return w.Percent(*e.Value)
	}
	return w.Translate("{share} ({low} to {high})", "share", w.Percent(*e.Value), "low", w.Percent(*e.Low), "high", w.Percent(*e.High))
}

// riskName is a level of risk in words.
func (w pageLocalizer) riskName(level assess.RiskLevel) string {
	return w.TranslateMessage(wording.Risk(level))
}

func (s *edition) method() method {
	view := method{Stages: s.stageViews(), Pillars: s.pillarViews()}
	view.Bands, view.Weights = s.scoreTexts()
	for _, rule := range s.doc.Rules {
		w := s.text
		lettered := func(pattern string) string { return w.TranslateMessage(rule.Lettered(pattern)) }
		shown := ruleView{RuleText: rule, Question: w.Translate(rule.Question)}
		if rule.Measure != "" {
			shown.Name = rule.Measure
			if def, known := s.defs[rule.Measure]; known {
				shown.Name = w.Translate(def.Name)
			}
			shown.Against = w.ruleText(assess.Reason{Operator: rule.Operator, Threshold: rule.Threshold, Unit: rule.Unit})
			shown.Says, shown.Otherwise, shown.Clears = lettered(rule.Holds), lettered(rule.Fails), lettered(rule.Clears)
		} else {
			shown.When = w.joinedText(assess.Joined{All: rule.All, Any: rule.Any})
			shown.Clears = lettered(rule.Clears)
		}
		view.Rules = append(view.Rules, shown)
	}
	return view
}

// stageViews are the stages in the order in which they are tested, where that is known.
func (s *edition) stageViews() []stageView {
	var views []stageView
	if s.doc.Frame == nil {
		for _, stage := range report.StageOrder {
			views = append(views, stageView{Stage: stage})
		}
		return views
	}
	for _, text := range s.doc.Frame.Stages {
		view := stageView{Stage: text.Stage}
		if text.When != nil {
			view.When = s.text.joinedText(*text.When)
		}
		views = append(views, view)
	}
	if !slices.ContainsFunc(views, func(v stageView) bool { return v.Stage == assess.Unassessed }) {
		views = append(views, stageView{Stage: assess.Unassessed})
	}
	return views
}

func (s *edition) pillarViews() []pillarView {
	if s.doc.Frame == nil {
		return nil
	}
	var views []pillarView
	for _, text := range s.doc.Frame.Pillars {
		view := pillarView{ID: text.ID, Question: s.text.Translate(text.Question)}
		for _, level := range text.Levels {
			view.Levels = append(view.Levels, levelView{level.Level, s.text.joinedText(level.When)})
		}
		view.Levels = append(view.Levels, levelView{Level: text.Otherwise})
		views = append(views, view)
	}
	return views
}

// scoreTexts list the band of each level and the weight of each support.
func (s *edition) scoreTexts() (bands, weights string) {
	if s.doc.Frame == nil {
		return "", ""
	}
	var levels, supports []any
	for _, level := range assess.LevelsFromTop() {
		band := s.doc.Frame.Bands[level]
		levels = append(levels, s.text.Translate("{level} {low} to {high}", "level", s.text.LevelName(level), "low", band[0], "high", band[1]))
	}
	for _, id := range assess.PillarIDs()[1:] {
		supports = append(supports, s.text.Translate("{support} {weight}", "support", s.text.PillarName(id), "weight", s.doc.Frame.Weights[id]))
	}
	return s.text.TranslateArg(language.List(levels...)), s.text.TranslateArg(language.List(supports...))
}

// joinedText writes a condition, with links to the rules in it.
func (w pageLocalizer) joinedText(j assess.Joined) template.HTML {
	switch {
	case j.Rule != "":
		return link("#rule-"+j.Rule, j.Rule)
	case j.Pillar != "":
		var levels []template.HTML
		for _, l := range j.Levels {
			levels = append(levels, template.HTML(template.HTMLEscapeString(w.LevelName(l))))
		}
		return w.translateHTML("{support} is {levels}", "support", w.PillarName(j.Pillar), "levels", w.joinHTML(levels, "{list} or {last}"))
	case j.Not != nil:
		return w.translateHTML("not {condition}", "condition", w.joinedText(*j.Not))
	case len(j.All) > 0:
		return w.joinHTML(w.joinedAll(j.All), "{list} and {last}")
	}
	return w.joinHTML(w.joinedAll(j.Any), "{list} or {last}")
}

// joinedAll writes conditions, in brackets where they are joined themselves.
func (w pageLocalizer) joinedAll(conditions []assess.Joined) []template.HTML {
	var texts []template.HTML
	for _, c := range conditions {
		text := w.joinedText(c)
		if len(conditions) > 1 && len(c.All)+len(c.Any) > 1 {
			text = "(" + text + ")"
		}
		texts = append(texts, text)
	}
	return texts
}

// joinHTML joins with one word all along: a condition has no commas.
func (w pageLocalizer) joinHTML(items []template.HTML, pattern string) template.HTML {
	if len(items) == 0 {
		return ""
	}
	joined := items[0]
	for _, item := range items[1:] {
		joined = w.translateHTML(pattern, "list", joined, "last", item)
	}
	return joined
}

package site

import (
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/carried"
	"github.com/midspan/midspan/internal/report/served"
	"github.com/midspan/midspan/internal/report/speed"
	"github.com/midspan/midspan/internal/report/timeline"
)

// Limits of a page. findings.csv has all findings, reasons.csv all reasons, report.json
// everything.
const (
	maxFindings   = 6
	maxPlan       = 12 // upgrades of the plan
	firstUpgrades = 3  // of those, named before the plan is opened
	shownReasons  = 4  // of each kind; the rest stand where the page says how we know
)

// goodPage is what the page of one good shows: what answers first, and what opens.
type goodPage struct {
	Good     report.Good
	Name     string // cut to what a heading can hold
	Full     string // the whole name, where it was cut
	Slug     string // names it in addresses
	KeyFacts []keyFact
	Pillars  []assess.Pillar
	Groups   []reasonGroup        // the first reasons of the stage
	First    []report.UpgradeStep // the first of what runs
	Plan     string               // the upgrades as text for an issue, in English; empty where there are none
	Tally    report.Tally
	Policies []policyView
	Money    estimate
	Timeline timeline.Timeline
	Carried  *carried.Table // nil where nobody counted who carries which function
	Served   *served.Good   // nil where nobody looked
	Speed    []speed.View
}

// Keeps are the faults whose removal would keep a good in the best stage: the strongest of
// each support, the first two.
func (p goodPage) Keeps() []assess.Reason {
	var keeps []assess.Reason
	for _, support := range report.InOrder(p.Good.Verdict.Supports) {
		faults, _ := report.ByConcern(support.Reasons)
		if len(faults) > 0 && faults[0].Clears != "" && len(keeps) < 2 {
			keeps = append(keeps, faults[0])
		}
	}
	return keeps
}

func (p goodPage) stage() assess.Stage { return report.KnownStage(p.Good.Verdict.Stage) }

// hasScripts: the plan can be copied, and what is assumed can be changed.
func (p goodPage) hasScripts() bool {
	return p.Plan != "" || p.Carried != nil || len(p.Money.Lines) > 0
}

func (s *edition) goodPage(good report.Good, tally report.Tally) goodPage {
	view := goodPage{
		Good: good, Name: report.Cut(s.text.DisplayName(good), 120), Slug: report.SlugOf(good.ID),
		KeyFacts: s.text.keyFacts(good, tally), Pillars: report.PillarsInOrder(good.Verdict),
		Groups: s.text.reasonGroups(good.Verdict), First: report.HelpfulUpgrades(firstUpgrades, good), Plan: report.UpgradeIssue(maxPlan, good),
		Tally: tally, Policies: s.policiesOf(good), Money: s.text.estimateOf(good), Timeline: timeline.Of(s.text.Localizer, good, s.doc.AsOf),
		Carried: carried.TableOf(s.text.Localizer, good), Served: served.Of(s.text.Localizer, good),
		Speed: speed.Of(s.text.Localizer, good),
	}
	for i, group := range view.Groups {
		view.Groups[i].Reasons = group.Reasons[:min(shownReasons, len(group.Reasons))]
	}
	if full := s.text.DisplayName(good); full != view.Name {
		view.Full = full
	}
	return view
}

// policyView is what a policy that the run was asked says of a good.
type policyView struct {
	report.PolicyAnswer
	Name       string
	Verdict    string // in a word
	Decided    string // the first conditions that decided it, as a list
	Conditions []conditionView
}

type conditionView struct {
	report.ConditionAnswer
	Title   string
	Verdict string
}

// maxDecided is how many of the conditions that decided a policy are named first.
const maxDecided = 2

// policiesOf are the answers of the document's policies, in their order. What decided an
// answer are the conditions with the same outcome; where all pass that is none.
func (s *edition) policiesOf(good report.Good) []policyView {
	var views []policyView
	for _, answer := range good.Policies {
		view := policyView{PolicyAnswer: answer, Name: answer.Policy, Verdict: s.text.outcomeText(answer.Outcome)}
		titles := map[string]string{}
		if i := slices.IndexFunc(s.doc.Policies, func(p report.AskedPolicy) bool { return p.ID == answer.Policy }); i >= 0 {
			view.Name = s.doc.Policies[i].Name
			for _, condition := range s.doc.Policies[i].Conditions {
				titles[condition.ID] = condition.Title
			}
		}
		var decided []string
		for _, c := range answer.Conditions {
			shown := conditionView{c, titles[c.ID], s.text.outcomeText(c.Outcome)}
			if c.Unseen {
				shown.Verdict = s.text.Translate("cannot be seen from here")
			}
			if shown.Title == "" {
				shown.Title = c.ID
			}
			if view.Conditions = append(view.Conditions, shown); decides(answer.Outcome, c.Outcome) {
				decided = append(decided, report.Cut(shown.Title, 90))
			}
		}
		if n := len(decided); n > maxDecided {
			view.Decided = s.text.Translate("{list} and {n} more", "list", strings.Join(decided[:maxDecided], "; "), "n", n-maxDecided)
		} else {
			view.Decided = strings.Join(decided, "; ")
		}
		views = append(views, view)
	}
	return views
}

// decides reports whether a condition with one outcome decided a policy with another.
func decides(policyOutcome, condition policy.Outcome) bool {
	if policyOutcome == policy.Fail {
		return condition == policy.Fail
	}
	return condition != policy.Pass
}

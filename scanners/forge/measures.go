package forge

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/survival"
	"github.com/midspan/midspan/scanners"
)

const (
	// oldEnough is how old an issue or a change is before its silence is counted.
	oldEnough = 30 * 24 * time.Hour
	// newest is how many issues and how many changes are read, and how many releases.
	newest         = 100
	newestReleases = 20
)

// lacking are the measures of what a forge has not.
var lacking = map[string][]string{
	nameGitLab: {observation.ForgeDisabled, observation.ForgeSecurityPolicy, observation.ForgeAdvisories, observation.ForgeSponsors},
	nameGitea: {observation.ForgeDisabled, observation.ForgeSecurityPolicy, observation.ForgePrivateReporting, observation.ForgeAdvisories,
		observation.ForgeSponsors},
}

// Measures implements scanners.Source.
func (s *Source) Measures(kept scanners.Answer, oldest time.Time) ([]observation.Measure, []observation.Note) {
	m := &measuring{asked: kept.Asked, oldest: oldest}
	err := json.Unmarshal(kept.Document, &m.a)
	m.MeasureSet = scanners.NewMeasureSet(s.Definitions(), m.a.Forge)
	m.NotApplicable(m.a.Forge+" has none", lacking[m.a.Forge]...)
	if err != nil {
		return m.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	if m.a.Gone {
		m.say(observation.ForgeGone, true)
		return m.All(observation.CauseNotFound, m.a.Forge+" shows nothing at the address"), m.a.Notes
	}
	m.state()
	m.offer()
	m.security()
	m.tracker(m.a.Issues, trackerIDs{observation.ForgeIssuesOpened12m, observation.ForgeIssuesClosed12m, observation.ForgeIssueResponseDays,
		observation.ForgeIssueCloseDays, observation.ForgeIssuesUnanswered, observation.ForgeIssuesOutside12m}, "issues")
	m.tracker(m.a.Changes, trackerIDs{observation.ForgeChangesOpened12m, observation.ForgeChangesClosed12m, observation.ForgeChangeResponseDays,
		observation.ForgeChangeCloseDays, observation.ForgeChangesUnanswered, ""}, "changes")
	m.responders()
	notes := slices.Clone(m.a.Notes)
	if m.a.MovedTo != "" {
		notes = append(notes, observation.Note{Cause: observation.CauseRemark, Subject: m.a.MovedTo,
			Message: fmt.Sprintf("%s leads from the address to %s: correct the catalog", m.a.Forge, m.a.MovedTo)})
	}
	return m.All(observation.CauseUnsupported, m.a.Forge+"'s answer does not say it"), notes
}

// measuring makes the measures of one answer. What the forge has not does not apply unless
// something is said of it.
type measuring struct {
	*scanners.MeasureSet
	a             answer
	asked, oldest time.Time
}

// say measures a value as of the day of asking.
func (m *measuring) say(id string, value any) { m.Say(id, value, m.asked) }

// sayOf measures what a pointer points to; nil says nothing.
func sayOf[T any](m *measuring, id string, value *T) {
	if value != nil {
		m.say(id, *value)
	}
}

// state measures what the forge says of the repository itself.
func (m *measuring) state() {
	m.say(observation.ForgeGone, false)
	sayOf(m, observation.ForgeArchived, m.a.Archived)
	if !m.a.ArchivedAt.IsZero() && m.a.Archived != nil && *m.a.Archived {
		m.SayBound(observation.ForgeArchived, true, observation.Exact, "since "+m.a.ArchivedAt.UTC().Format(time.DateOnly), m.asked)
	}
	sayOf(m, observation.ForgeDisabled, m.a.Disabled)
	if m.a.MovedTo != "" {
		m.say(observation.ForgeMovedTo, m.a.MovedTo)
	} else if m.a.Place != "" {
		m.NotApplicable("it is where the catalog says", observation.ForgeMovedTo)
	}
	switch {
	case m.a.Branch != nil && *m.a.Branch != "":
		m.say(observation.ForgeDefaultBranch, *m.a.Branch)
	case m.a.Empty != nil && *m.a.Empty:
		m.NotApplicable("the repository is empty", observation.ForgeDefaultBranch)
	}
	switch {
	case m.a.ForkOf != "":
		m.say(observation.ForgeForkOf, m.a.ForkOf)
	case m.a.Fork != nil && *m.a.Fork:
		m.Unknown(observation.CauseNotFound, "it is a fork, and what it was forked from is not shown", observation.ForgeForkOf)
	case m.a.Fork != nil:
		m.NotApplicable("it is no fork", observation.ForgeForkOf)
	}
}

// offer measures what the repository offers, and what others think of it.
func (m *measuring) offer() {
	switch {
	case m.a.License != nil && *m.a.License == "":
		m.Unknown(observation.CauseNoSource, m.a.Forge+" recognises no licence", observation.ForgeLicense)
	default:
		sayOf(m, observation.ForgeLicense, m.a.License)
	}
	sayOf(m, observation.ForgeSecurityPolicy, m.a.SecurityPolicy)
	sayOf(m, observation.ForgeSponsors, m.a.Sponsors)
	sayOf(m, observation.ForgeStars, m.a.Stars)
	sayOf(m, observation.ForgeForks, m.a.Forks)
	if why := m.a.ReleasesFailure; why != nil {
		m.Unknown(why.Cause, why.Message, observation.ForgeReleasesWithAssets12m)
	}
	if r := m.a.Releases; r != nil {
		count, bound := countSince(r.WithAssets, m.asked, r.Since)
		m.SayBound(observation.ForgeReleasesWithAssets12m, count, bound, "", m.asked)
	}
}

// security measures how vulnerabilities are reported and told.
func (m *measuring) security() {
	s := m.a.Security
	switch {
	case s == nil && m.a.Forge == nameGitLab:
		m.Unknown(observation.CauseUnsupported, "GitLab does not tell whether confidential issues are read", observation.ForgePrivateReporting)
		return
	case s == nil:
		return
	case s.Asked.Before(m.oldest):
		m.Unknown(observation.CauseStale, "it was last asked of "+m.a.Forge+" on "+s.Asked.UTC().Format(time.DateOnly),
			observation.ForgePrivateReporting, observation.ForgeAdvisories)
		return
	}
	if s.Private != nil {
		m.SayBound(observation.ForgePrivateReporting, *s.Private, observation.Exact, "", s.Asked)
	} else if s.PrivateFailure != nil {
		m.Unknown(s.PrivateFailure.Cause, s.PrivateFailure.Message, observation.ForgePrivateReporting)
	}
	if s.Advisories != nil {
		bound := observation.Exact
		if s.More {
			bound = observation.AtLeast
		}
		m.SayBound(observation.ForgeAdvisories, *s.Advisories, bound, "", s.Asked)
	} else if s.AdvisoriesFailure != nil {
		m.Unknown(s.AdvisoriesFailure.Cause, s.AdvisoriesFailure.Message, observation.ForgeAdvisories)
	}
}

// countSince counts what happened in the 12 months before a time. complete is the time
// from which on everything is listed; where that is later, there may be more.
func countSince(times []time.Time, asked, complete time.Time) (int, observation.Bound) {
	count := 0
	for _, t := range times {
		if !t.Before(since(asked)) && !t.After(asked) {
			count++
		}
	}
	if complete.After(since(asked)) {
		return count, observation.AtLeast
	}
	return count, observation.Exact
}

// trackerIDs are the measures of issues, or of changes.
type trackerIDs struct {
	opened, closed, response, close, unanswered string
	outside                                     string // empty where it is not measured
}

func (ids trackerIDs) all() []string {
	return append([]string{ids.opened, ids.closed, ids.close}, ids.answers()...)
}

// answers are those that need who answered, and who is of the project.
func (ids trackerIDs) answers() []string {
	all := []string{ids.response, ids.unanswered}
	if ids.outside != "" {
		all = append(all, ids.outside)
	}
	return all
}

// tracker measures how issues, or changes, are dealt with.
func (m *measuring) tracker(t tracker, ids trackerIDs, things string) {
	if m.without(t, ids.all(), things) {
		return
	}
	inside := t.inWindow(t.Asked)
	m.SayBound(ids.opened, len(inside), t.openedBound(), "", t.Asked)
	closed, bound := countSince(t.Closed, t.Asked, t.ClosedSince)
	m.SayBound(ids.closed, closed, bound, "", t.Asked)

	var closing []survival.Spell
	for _, i := range inside {
		closing = append(closing, i.until(i.Closed, t.Asked))
	}
	m.median(ids.close, closing, t.Asked, things+" in 12 months")
	if why := t.AnswersFailure; why != nil {
		m.Unknown(why.Cause, why.Message, ids.answers()...)
		return
	}
	m.answers(t, ids, things)
}

// answers measures how those from outside are answered.
func (m *measuring) answers(t tracker, ids trackerIDs, things string) {
	var answering []survival.Spell
	outside, ripe, silent := 0, 0, 0
	for _, i := range t.inWindow(t.Asked) {
		if !i.Outside {
			continue
		}
		outside++
		answering = append(answering, i.answering(t.Asked))
		if i.Opened.After(t.Asked.Add(-oldEnough)) || i.Answered.IsZero() && (i.withdrawn() || !i.SilentUntil.IsZero()) {
			continue // too young, closed by its author, or not read to the end
		}
		ripe++
		if i.Answered.IsZero() {
			silent++
		}
	}
	if ids.outside != "" {
		m.outside(ids.outside, t, outside, things)
	}
	from := "from outside"
	if t.OutsideAtMost {
		from = "of those who were not seen to be of the project"
	}
	m.median(ids.response, answering, t.Asked, fmt.Sprintf("%s %s in 12 months", things, from))
	if ripe == 0 {
		m.NotApplicable(fmt.Sprintf("of %d %s from outside in 12 months none is 30 days old and was left to others", outside, things), ids.unanswered)
		return
	}
	m.SayBound(ids.unanswered, float64(silent)/float64(ripe), observation.Exact, fmt.Sprintf("%d of %d %s %s", silent, ripe, things, from), t.Asked)
}

// outside measures how many were opened by people from outside. Where the forge does not
// tell who is of the project, these are at most so many.
func (m *measuring) outside(id string, t tracker, count int, things string) {
	bound := t.openedBound()
	switch {
	case !t.OutsideAtMost:
		m.SayBound(id, count, bound, "", t.Asked)
	case bound != observation.Exact:
		m.Unknown(observation.CauseNotAsked, m.a.Forge+" does not tell who is of the project, and there are more "+things+" than were read", id)
	case count == 0:
		m.Say(id, 0, t.Asked)
	default:
		m.SayBound(id, count, observation.AtMost, m.a.Forge+" does not tell who is of the project", t.Asked)
	}
}

// openedBound is how exact a count of what was opened in 12 months is.
func (t tracker) openedBound() observation.Bound {
	if t.Since.After(since(t.Asked)) {
		return observation.AtLeast
	}
	return observation.Exact
}

// without handles a list that was switched off or could not be read.
func (m *measuring) without(t tracker, ids []string, things string) bool {
	switch {
	case t.Off:
		m.NotApplicable(things+" are switched off", ids...)
	case t.Failure != nil:
		m.Unknown(t.Failure.Cause, t.Failure.Message, ids...)
	case t.Asked.IsZero():
		m.Unknown(observation.CauseUnsupported, fmt.Sprintf("%s's answer does not say anything of %s", m.a.Forge, things), ids...)
	case t.Asked.Before(m.oldest):
		m.Unknown(observation.CauseStale, fmt.Sprintf("%s of %s were last read on %s", things, m.a.Forge, t.Asked.UTC().Format(time.DateOnly)), ids...)
	default:
		return false
	}
	return true
}

// until is how long an item waited for something, which is zero where it has not come.
func (i item) until(end, asked time.Time) survival.Spell {
	if end.IsZero() {
		return survival.Spell{Lasted: max(0, asked.Sub(i.Opened)), Ended: false}
	}
	return survival.Spell{Lasted: max(0, end.Sub(i.Opened)), Ended: true}
}

// answering is how long an item waited for somebody else. It stopped waiting without an
// answer where its author closed it.
func (i item) answering(asked time.Time) survival.Spell {
	switch {
	case !i.Answered.IsZero():
	case !i.SilentUntil.IsZero():
		return survival.Spell{Lasted: max(0, i.SilentUntil.Sub(i.Opened)), Ended: false}
	case i.withdrawn():
		return survival.Spell{Lasted: max(0, i.Closed.Sub(i.Opened)), Ended: false}
	}
	return i.until(i.Answered, asked)
}

// withdrawn reports whether its author closed it before anybody answered. What a program
// closes goes on waiting.
func (i item) withdrawn() bool { return i.Answered.IsZero() && !i.Closed.IsZero() && !i.Swept }

// median measures a median of whole days.
func (m *measuring) median(id string, spells []survival.Spell, at time.Time, of string) {
	if len(spells) == 0 {
		m.NotApplicable("there were no "+of, id)
		return
	}
	middle, exact := survival.Median(spells)
	days := survival.WholeDays(middle)
	detail := fmt.Sprintf("of %d %s", len(spells), of)
	switch {
	case exact:
		m.SayBound(id, days, observation.Exact, detail, at)
	case days > 0:
		m.SayBound(id, days, observation.AtLeast, detail, at)
	default:
		m.Unknown(observation.CauseNotAsked, "less than a day has passed: a later run asks again", id)
	}
}

// responders measures how many people answered. Where the lists were not read again
// because nothing changed, and some of what they hold has left the 12 months, so may have
// some who answered it.
func (m *measuring) responders() {
	id := observation.ForgeResponders12m
	trackers := []tracker{m.a.Issues, m.a.Changes}
	if slices.ContainsFunc(trackers, func(t tracker) bool { return t.Failure != nil }) {
		m.without(trackers[slices.IndexFunc(trackers, func(t tracker) bool { return t.Failure != nil })], []string{id}, "answers")
		return
	}
	for _, t := range trackers {
		if why := t.AnswersFailure; why != nil {
			m.Unknown(why.Cause, why.Message, id)
			return
		}
	}
	if m.a.Responders == nil {
		m.Unknown(observation.CauseNotAsked, "who answers is not asked of "+m.a.Forge, id)
		return
	}
	bound, asked := observation.Exact, time.Time{}
	if m.a.RespondersAtLeast {
		bound = observation.AtLeast
	}
	for _, t := range trackers {
		if !t.Off && (asked.IsZero() || t.Asked.Before(asked)) {
			asked = t.Asked
		}
		if len(t.inWindow(t.Asked)) < len(t.Opened) {
			if bound == observation.AtLeast {
				m.Unknown(observation.CauseNotAsked, "some of what was answered has left the 12 months since it was read", id)
				return
			}
			bound = observation.AtMost
		}
	}
	switch {
	case asked.IsZero():
		m.NotApplicable("nobody can ask anything there", id)
	case asked.Before(m.oldest):
		m.Unknown(observation.CauseStale, "who answers was last read on "+asked.UTC().Format(time.DateOnly), id)
	default:
		m.SayBound(id, *m.a.Responders, bound, "", asked)
	}
}

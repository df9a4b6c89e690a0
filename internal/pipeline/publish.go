package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/midspan/midspan/internal/advisory"
	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/backtest"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/portfolio"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/publish"
	"github.com/midspan/midspan/internal/report/unread"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/internal/succession"
)

// topPackages bounds the lists of keystones and of upgrades in a report.
const topPackages = 50

// Published is the result of a run: its summary, its files and its gaps.
type Published struct {
	Summary report.Summary `json:"summary"`
	// Files are the paths of the main files that were written.
	Files publish.Files `json:"files"`
	// Gaps say what could not be read: repositories that failed or were read in
	// part, catalog entries that became no good, packages that could not be matched.
	Gaps []unread.Gap `json:"gaps"`
	// Stamp identifies the files as they were written.
	Stamp string `json:"stamp"`
	// Languages are the digests of the site's translations.
	Languages []string `json:"languages"`
	// SiteAddress is the one that its pages name; empty without any.
	SiteAddress string `json:"siteAddress,omitempty"`
	// Answers is the digest of what maintainers answered to findings, empty without any.
	Answers string `json:"answers,omitempty"`
	// Policies are those that were asked, with how many goods answered how; Outcome is the
	// worst of their answers, empty without a policy.
	Policies []report.AskedPolicy `json:"policies,omitempty"`
	Outcome  policy.Outcome       `json:"outcome,omitempty"`
}

// Publish is the last stage: it writes the report of an assessed run. One good is in
// memory at a time; the files of a good that did not change are kept.
func (p *Pipeline) Publish(ctx context.Context, run store.Run) (Published, error) {
	if err := errors.Join(p.store.Lock(), p.openPolicies()); err != nil {
		return Published{}, err
	}
	head, err := p.documentHead(ctx, run)
	if err != nil {
		return Published{}, err
	}
	if err := p.checkReport(ctx, run); err != nil {
		return Published{}, err
	}
	languages, digests, err := p.Languages()
	if err != nil {
		return Published{}, err
	}
	writer, err := publish.NewWriter(ctx, p.cfg.Out, head, languages...)
	if err != nil {
		return Published{}, err
	}
	defer writer.Close()
	writer.Of(run.CatalogID)
	list := unread.New(head.Notes)
	document, err := p.eachGood(ctx, run, head, func(brief report.Good, digest string, full func() (report.Good, error)) error {
		list.AddGood(brief)
		return writer.Add(brief, digest, full)
	})
	if err != nil {
		return Published{}, err
	}
	files, err := writer.Publish(document)
	if err != nil {
		return Published{}, err
	}
	published := Published{Summary: document.Summary, Files: files, Gaps: list.Finish(document.Summary), Stamp: publish.Stamp(p.cfg.Out), Languages: digests,
		SiteAddress: p.cfg.SiteAddress, Answers: p.answers.Digest(),
		Policies: document.Policies, Outcome: worstOutcome(document.Policies)}
	return published, p.store.PutOutcome(ctx, run.ID, published)
}

// upToDate returns what was published of a run, where its report is unchanged in the
// output folder.
func (p *Pipeline) upToDate(ctx context.Context, run store.Run) (Published, bool, error) {
	var published Published
	if err := p.placeAnswers(ctx, run); err != nil {
		return published, false, err
	}
	err := p.store.Outcome(ctx, run.ID, &published)
	if errors.Is(err, store.ErrNotFound) {
		return Published{}, false, nil
	}
	_, digests, languagesErr := p.Languages()
	isCurrent := func() bool {
		return published.Files.Dir == filepath.Clean(p.cfg.Out) && published.Stamp == publish.Stamp(p.cfg.Out) && slices.Equal(published.Languages, digests) &&
			published.SiteAddress == p.cfg.SiteAddress &&
			published.Answers == p.answers.Digest() &&
			slices.EqualFunc(published.Policies, p.policies, func(asked report.AskedPolicy, now *policy.Policy) bool { return asked.Digest == now.Digest })
	}
	if err := errors.Join(err, languagesErr); err != nil || !isCurrent() {
		return published, false, err
	}
	// Another run may be replacing it. The lock of one that was killed goes, too.
	release, err := files.LockFolder(ctx, p.cfg.Out)
	if files.IsReadOnly(err) {
		return published, true, nil
	}
	if err != nil {
		return published, false, err
	}
	return published, isCurrent(), release()
}

// Languages returns the languages of the site, with the digests of their translations. Resume
// may have taken them from a run.
func (p *Pipeline) Languages() (languages []*language.Language, digests []string, err error) {
	for _, tag := range p.cfg.Languages {
		l, err := language.Find(tag)
		if err != nil {
			return nil, nil, err
		}
		languages, digests = append(languages, l), append(digests, l.Digest())
	}
	return languages, digests, nil
}

// Document builds the whole report of an assessed run in memory.
func (p *Pipeline) Document(ctx context.Context, run store.Run) (report.Document, error) {
	head, err := p.documentHead(ctx, run)
	if err != nil {
		return report.Document{}, err
	}
	var goods []report.Good
	document, err := p.eachGood(ctx, run, head, func(_ report.Good, _ string, full func() (report.Good, error)) error {
		good, err := full()
		goods = append(goods, good)
		return err
	})
	document.Goods = goods
	return document, err
}

// documentHead returns the part of the document that does not depend on the goods.
func (p *Pipeline) documentHead(ctx context.Context, run store.Run) (report.Document, error) {
	if err := errors.Join(p.openAdvisories(ctx, run), p.placeAnswers(ctx, run)); err != nil {
		return report.Document{}, err
	}
	frame := p.rules.Frame()
	document := report.Document{
		Schema: "schema.json", Version: report.SchemaVersion,
		Generator:   report.Generator{Name: "midspan", Version: p.version},
		AsOf:        run.AsOf,
		SiteAddress: p.cfg.SiteAddress,
		Definitions: p.definitions(), Rules: p.rules.Texts(), Frame: &frame,
		Policies: report.AskedAll(p.policies), Notes: append(slices.Clone(run.Notes), p.source.Notes()...),
	}
	if p.placed.note != nil {
		document.Notes = append(document.Notes, *p.placed.note)
	}
	record, err := p.record(ctx, run)
	if err != nil {
		return report.Document{}, err
	}
	document.Forecasts = &record
	if record.Broken != "" {
		document.Notes = append(document.Notes, observation.Note{Cause: observation.CauseCorrupt, Subject: "forecasts", Message: record.Broken})
	}
	if p.rulesText == "" {
		measured, err := backtest.MeasuredOfEmbedded()
		if err != nil {
			return report.Document{}, err
		}
		document.Measured = &measured
	}
	for _, source := range run.Sources {
		document.Catalogs = append(document.Catalogs, report.Catalog(source))
	}
	for _, scanner := range p.scanners {
		document.Scanners = append(document.Scanners, report.Scanner{Name: scanner.Name(), Version: scanner.Version(), Configuration: scanner.Configuration()})
	}
	return document, nil
}

// eachGood calls add for each good of a run, in the order of ids: with what tables show
// of it, with the digest of everything that it depends on, and with a function that
// loads the rest. It returns the document without the goods.
func (p *Pipeline) eachGood(ctx context.Context, run store.Run, document report.Document,
	add func(brief report.Good, digest string, full func() (report.Good, error)) error) (report.Document, error) {
	summary := newSummary()
	totals := portfolio.New()
	standings, points := []report.Standing(nil), []store.Point(nil)
	find := remember(p.source.UnlistedMatcher(ctx))
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return document, err
		}
		e, err := p.loadEntry(ctx, run, good)
		if err != nil {
			return document, fmt.Errorf("good %s: %w", good.ID, err)
		}
		e.countIn(summary, totals)
		e.stand(&standings, &points)
		if e.brief.Upgrades, err = e.upgrades(find); err != nil {
			return document, fmt.Errorf("hold the upgrades of %s against the advisories: %w", good.ID, err)
		}
		answers := p.ask(e.brief, run.AsOf, document.Policies)
		e.brief.Policies = answers
		full := func() (report.Good, error) {
			good, err := p.loadFull(ctx, e)
			good.Policies = answers
			return good, err
		}
		digest, err := e.digest(good.Digest)
		if err != nil {
			return document, err
		}
		if answers := p.answers.Digest(); answers != "" && digest != "" {
			digest += " " + answers
		}
		if err := add(e.brief, digest, full); err != nil {
			return document, err
		}
	}
	var err error
	if document.Advisory, err = p.describeAdvisories(ctx, run, summary); err != nil {
		return document, err
	}
	document.Summary = summary.finish(document.Advisory)
	document.Keystones = totals.Keystones(topPackages, document.Advisory.Has)
	if document.FixFirst, err = totals.FixFirst(topPackages, advisory.Later, find); err != nil {
		return document, fmt.Errorf("hold upgrades against the advisories: %w", err)
	}
	if document.Unfixed, err = totals.Unfixed(topPackages, advisory.Later, find); err != nil {
		return document, fmt.Errorf("hold what no release fixes against the advisories: %w", err)
	}
	document.Blocks = totals.Blocks(topPackages)
	document.Concentrations = totals.Concentrations()
	document.Endings = totals.Endings()
	if document.Change, err = p.compareWithPrevious(ctx, run, standings); err != nil {
		return document, err
	}
	document.Trend, err = p.trend(ctx, run, standings, points)
	return document, err
}

// entry is a good while its part of the document is built.
type entry struct {
	brief       report.Good // without what is read from observations
	states      []repoState // one for each of the brief's scans
	inventories []matchedInventory
}

// loadEntry reads everything about a good except its observations.
func (p *Pipeline) loadEntry(ctx context.Context, run store.Run, good store.Good) (entry, error) {
	verdict, err := decodeVerdict(good)
	if err != nil {
		return entry{}, err
	}
	one := entry{brief: report.Good{Good: good.Good, Verdict: verdict.Verdict, Measures: verdict.Measures, Succession: succession.Of(verdict.Measures),
		Replays: verdict.Replays}}
	if one.states, err = p.loadStates(ctx, run, good); err != nil {
		return entry{}, err
	}
	for i, s := range one.states {
		l, err := p.loadInventory(ctx, s)
		if err != nil {
			return entry{}, err
		}
		one.inventories = append(one.inventories, l)
		scan := scanEntry(good.Repositories[i], s, l)
		scan.Findings = p.scores.Apply(p.answers.Apply(p.answerTarget(good.Good, good.Repositories[i]), scan.Findings))
		one.brief.Scans = append(one.brief.Scans, scan)
	}
	return one, nil
}

// countIn adds a good to the counts over all goods.
func (e entry) countIn(summary *summary, totals *portfolio.Portfolio) {
	findings, _ := observation.Find(e.brief.Measures, observation.AdvisoriesFindings)
	summary.addGood(e.brief.Verdict, findings, len(e.brief.Scans) > 0)
	own, _ := observation.Find(e.brief.Measures, identityPackages)
	published, _ := own.List()
	totals.AddGood(e.brief.Good, e.brief.Verdict.Stage, published)
	if half, _ := observation.Find(e.brief.Measures, observation.PeopleContributorAbsenceFactor); half.Value == 1.0 && half.Bound == observation.Exact {
		totals.CarriedByOne(e.brief.ID)
	}
	for i, scan := range e.brief.Scans {
		totals.AddNotices(e.inventories[i].notices)
		for _, live := range e.states[i].live {
			totals.AddUpkeep(live.Upkeep)
		}
		summary.addRepository(scan, e.inventories[i])
		totals.AddRepository(e.brief.ID, e.inventories[i].inventory.Packages, e.inventories[i].inventory.Uses, scan.Findings)
	}
}

// loadFull adds what is read from the observations, and the paths of each finding.
func (p *Pipeline) loadFull(ctx context.Context, e entry) (report.Good, error) {
	good := e.brief
	good.Scans = slices.Clone(good.Scans)
	var activities []observation.Activity
	for i := range good.Scans {
		scan, state := &good.Scans[i], e.states[i]
		results, err := p.loadResults(ctx, state, e.inventories[i])
		if err != nil {
			return good, fmt.Errorf("good %s: %w", good.ID, err)
		}
		activities = append(activities, results.activity)
		if scan.Outcome == report.Failed {
			continue // every measure is unknown, with the cause of the failure
		}
		scan.Measures = results.measures
		for _, result := range results.observations {
			scan.Checks = append(scan.Checks, result.Checks...)
		}
		held := report.HoldRemedies(scan.Checks, scan.Measures)
		for _, measures := range []*[]observation.Measure{&scan.Measures, &good.Measures} {
			*measures = report.WithReasons(*measures, scan.Repository.URL, scan.Checks, held)
		}
		scan.Checks = held
		if len(scan.Findings) == 0 {
			continue
		}
		packages, err := p.store.Entries(ctx, state.scan.Inventory)
		if err != nil {
			return good, fmt.Errorf("good %s: read its inventory: %w", good.ID, err)
		}
		scan.Findings = p.scores.Apply(p.answers.Apply(p.answerTarget(good.Good, good.Repositories[i]), e.inventories[i].match.withPaths(packages)))
	}
	good.Activity = observation.SumActivity(activities)
	return good, nil
}

// stand adds where the good stands, and what a series over runs shows of it.
func (e entry) stand(standings *[]report.Standing, points *[]store.Point) {
	v, counted := e.brief.Verdict, func(id string) (*int, observation.Bound) {
		m, _ := observation.Find(e.brief.Measures, id)
		number, ok := m.Number()
		if !ok {
			return nil, observation.Exact
		}
		n := int(number)
		return &n, m.Bound
	}
	point := store.Point{Good: e.brief.ID, Stage: string(v.Stage), Low: v.Score.Low, High: v.Score.High}
	point.Findings, point.FindingsBound = counted(observation.AdvisoriesFindings)
	point.People, point.PeopleBound = counted(observation.PeopleContributors12m)
	if (v.Score == assess.Range{}) { // of an older program
		point.High = 100
	}
	*points = append(*points, point)
	*standings = append(*standings, report.Standing{Good: e.brief.ID, Name: e.brief.Name, Stage: v.Stage, Read: wasRead(e.brief)})
}

// compareWithPrevious compares with the previous assessed run; the result is nil where
// there is none.
func (p *Pipeline) compareWithPrevious(ctx context.Context, run store.Run, goods []report.Standing) (*report.Change, error) {
	previous, err := p.store.Previous(ctx, run)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an earlier run: %w", err)
	}
	stages, err := p.store.Stages(ctx, previous.ID)
	if err != nil {
		return nil, fmt.Errorf("read the stages of an earlier run: %w", err)
	}
	var earlier []report.Standing
	for _, good := range stages {
		earlier = append(earlier, report.Standing{Good: good.ID, Name: good.Name, Stage: assess.Stage(good.Stage), Read: good.Read})
	}
	return report.ChangeBetween(previous.AsOf, earlier, goods, func(good string) (bool, error) {
		var before, after assess.Assessment
		err := errors.Join(p.store.Verdict(ctx, previous.ID, good, &before), p.store.Verdict(ctx, run.ID, good, &after))
		if err != nil {
			return false, fmt.Errorf("compare the verdicts on %s: %w", good, err)
		}
		return p.rules.WhyChanged(before, after, true, true) == assess.WhyRules, nil
	})
}

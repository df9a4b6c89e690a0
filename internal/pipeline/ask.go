package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners"
)

// WithSources makes the stages ask sources on the network. Without it they declare the
// measures of the sources, and ask none: all of them are unknown.
func WithSources(sources []scanners.Source) Option {
	return func(p *Pipeline) { p.sources, p.mayAsk = sources, true }
}

// Ask is the stage that asks the sources on the network about the repositories of a run,
// and stores what it makes of their answers. An answer of the same day is not asked for
// again, and one that is not older than the setting max-age stands in where a source
// cannot be asked. No source makes a run fail. Sources that ask about what the scanners
// found are left to Follow.
func (p *Pipeline) Ask(ctx context.Context, run store.Run) error {
	return p.askSources(ctx, run, false)
}

// Follow is the same stage for the sources that ask about what the scanners found. It comes
// after Scan.
func (p *Pipeline) Follow(ctx context.Context, run store.Run) error {
	return p.askSources(ctx, run, true)
}

func (p *Pipeline) askSources(ctx context.Context, run store.Run, followers bool) error {
	repositories, err := p.repositories(ctx, run)
	if err != nil {
		return err
	}
	for _, source := range p.sources {
		_, follows := source.(scanners.Follower)
		_, rescues := source.(scanners.Rescuer)
		if (follows || rescues) != followers {
			continue
		}
		if err := p.askSource(ctx, run, source, repositories); err != nil {
			return fmt.Errorf("ask the %s: %w", source.Name(), err)
		}
	}
	return nil
}

const (
	// askedAtOnce bounds how many repositories' answers are in memory.
	askedAtOnce = 2000
	// needless is the cause for which nobody is asked where a repository can be read: what
	// would be asked does not apply to it.
	needless observation.Cause = "needless"
)

func (p *Pipeline) askSource(ctx context.Context, run store.Run, source scanners.Source, repositories []catalog.Repository) error {
	noToken, reason := 0, ""
	for some := range slices.Chunk(repositories, askedAtOnce) {
		failures := map[string]observation.Note{}
		var questions []scanners.Question
		for _, r := range some {
			last, err := p.lastAnswer(ctx, source, r)
			if err != nil {
				return err
			}
			question := scanners.Question{Repository: r, Last: last}
			why, err := p.spares(ctx, run, source, r)
			if err != nil {
				return err
			}
			if why == nil {
				why = p.whyNotAsk(run, source, r, last)
			}
			if why == nil {
				if why, err = p.withFound(ctx, run, source, &question); err != nil {
					return err
				}
			}
			if why == nil {
				questions = append(questions, question)
				continue
			}
			failures[r.URL] = *why
			if why.Cause == observation.CauseNoToken {
				noToken, reason = noToken+1, why.Message
			}
		}
		if err := p.askQuestions(ctx, source, questions, failures); err != nil {
			return err
		}
		if err := p.storeLive(ctx, run, source, some, failures); err != nil {
			return err
		}
	}
	if noToken > 0 {
		p.say(fmt.Sprintf("%s: %d not asked: %s", source.Name(), noToken, reason))
	}
	return nil
}

// spares says why a repository needs no copy that is kept elsewhere; nil where it may, and
// for sources of anything else.
func (p *Pipeline) spares(ctx context.Context, run store.Run, source scanners.Source, r catalog.Repository) (*observation.Note, error) {
	if _, rescues := source.(scanners.Rescuer); !rescues || p.cfg.Archive == config.ArchiveAll {
		return nil, nil
	}
	if p.cfg.Archive == config.ArchiveNone {
		return &observation.Note{Cause: observation.CauseNotAsked, Subject: r.URL, Message: "the setting archive is none"}, nil
	}
	scan, err := p.store.Scan(ctx, run.ID, r.URL)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("read the scan of %s: %w", r.URL, err)
	}
	all, err := p.loadLive(ctx, run, r)
	if err != nil {
		return nil, err
	}
	if gone, _ := observation.Find(liveMeasures(all), observation.ForgeGone); scan.Failure != nil || gone.Value == true {
		return nil, nil
	}
	return &observation.Note{Cause: needless, Subject: r.URL, Message: "it can be read where it is"}, nil
}

// withFound adds to a question what the scanners found, where the source asks about that.
// It returns why it cannot be asked about a repository that was not read.
func (p *Pipeline) withFound(ctx context.Context, run store.Run, source scanners.Source, question *scanners.Question) (*observation.Note, error) {
	if _, follows := source.(scanners.Follower); !follows {
		return nil, nil
	}
	scan, err := p.store.Scan(ctx, run.ID, question.Repository.URL)
	if errors.Is(err, store.ErrNotFound) {
		return &observation.Note{Cause: observation.CauseNotAsked, Subject: question.Repository.URL, Message: "the repository was not scanned"}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the scan of %s: %w", question.Repository.URL, err)
	}
	if scan.Failure != nil {
		return scan.Failure, nil
	}
	question.Found = func(ctx context.Context) (scanners.Found, error) { return p.foundIn(ctx, scan) }
	return nil, nil
}

// foundIn reads what the scanners found in a repository.
func (p *Pipeline) foundIn(ctx context.Context, scan store.Scan) (found scanners.Found, err error) {
	for _, key := range scan.Keys {
		result, err := p.store.ObservationWithoutPackages(ctx, key)
		if err != nil {
			return found, fmt.Errorf("read observation %s: %w", key, err)
		}
		found.Measures = append(found.Measures, result.Measures...)
		found.Accounts = append(found.Accounts, result.Accounts...)
		if result.Posture != nil {
			found.Posture = result.Posture
		}
	}
	if scan.Inventory == "" {
		return found, nil
	}
	inventory, err := p.store.Inventory(ctx, scan.Inventory)
	if err != nil {
		return found, fmt.Errorf("read the inventory of %s: %w", scan.URL, err)
	}
	found.Packages, found.Uses = inventory.Packages, inventory.Uses
	return found, nil
}

// storeLive stores with a run what it makes of the answers that are kept.
func (p *Pipeline) storeLive(ctx context.Context, run store.Run, source scanners.Source, repositories []catalog.Repository,
	failures map[string]observation.Note) error {
	for _, r := range repositories {
		last, err := p.lastAnswer(ctx, source, r)
		if err != nil {
			return err
		}
		if err := p.store.PutLive(ctx, run.ID, p.liveOf(run, source, r, last, failures[r.URL])); err != nil {
			return fmt.Errorf("store the measures of %s: %w", r.URL, err)
		}
	}
	return nil
}

// askQuestions asks a source, keeps its answers as they come, and adds to failures.
func (p *Pipeline) askQuestions(ctx context.Context, source scanners.Source, questions []scanners.Question, failures map[string]observation.Note) error {
	if len(questions) == 0 {
		return nil
	}
	p.progress.Stage("ask "+source.Name(), len(questions))
	defer p.progress.End()
	options := httpOptions(p.cfg, p.version)
	options.Retry, options.Handled = p.retry, []int{429, 502, 504}
	in := scanners.Asking{
		Client: fetch.Client(options),
		Now:    p.now, Questions: questions,
		Reply: func(reply scanners.Reply) error {
			url := reply.Repository.URL
			if reply.Failure != nil {
				failures[url] = *reply.Failure
				p.progress.Done(url, "failed: "+string(reply.Failure.Cause))
				return nil
			}
			p.progress.Done(url, "answered")
			a := reply.Answer
			err := p.store.PutLiveAnswer(context.WithoutCancel(ctx), store.LiveAnswer{Source: source.Name(), URL: url, Version: source.Version(),
				Asked: a.Asked, Partial: a.Partial, Document: a.Document})
			if err != nil {
				return fmt.Errorf("keep the answer of %s: %w", url, err)
			}
			return nil
		},
	}
	var tried []string
	failed, err := in.Bounded(ctx, source.Name(), 0, func(ctx context.Context, in scanners.Asking) (err error) {
		tried, err = source.Ask(ctx, in)
		return err
	})
	if failed != nil {
		tried = append(tried, failed.Message)
	}
	for _, line := range tried {
		p.say(line)
	}
	return err
}

// lastAnswer is the answer that is kept of a repository; nil where there is none that this
// version of the source can read.
func (p *Pipeline) lastAnswer(ctx context.Context, source scanners.Source, r catalog.Repository) (*scanners.Answer, error) {
	kept, err := p.store.LiveAnswer(ctx, source.Name(), r.URL)
	if errors.Is(err, store.ErrNotFound) || err == nil && kept.Version != source.Version() {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s: %w", r.URL, err)
	}
	return &scanners.Answer{Asked: kept.Asked, Document: kept.Document, Partial: kept.Partial}, nil
}

// whyNotAsk says why a source is not asked about a repository; nil where it is. That its
// answer is of today is a reason too.
func (p *Pipeline) whyNotAsk(run store.Run, source scanners.Source, r catalog.Repository, last *scanners.Answer) *observation.Note {
	not := func(cause observation.Cause, message string) *observation.Note {
		return &observation.Note{Cause: cause, Subject: r.URL, Message: message}
	}
	today := p.now().UTC().Format(time.DateOnly)
	switch {
	case source.Excludes(r) != "":
		return not(observation.CauseNotAsked, "it is not asked about")
	case p.cfg.Offline:
		return not(observation.CauseOffline, "the network was switched off")
	case !p.mayAsk:
		return not(observation.CauseNotAsked, "no source on the network was asked")
	case run.AsOf.UTC().Format(time.DateOnly) < today:
		return not(observation.CauseNotAsked, "the run speaks of "+run.AsOf.UTC().Format(time.DateOnly)+", and a source tells of today")
	case last != nil && !last.Partial && last.Asked.UTC().Format(time.DateOnly) == today:
		return not(observation.CauseNotAsked, "it was asked today")
	}
	return source.Refuses(r)
}

// liveOf makes the measures of a repository of the answer that is kept, or says why they
// are unknown.
func (p *Pipeline) liveOf(run store.Run, source scanners.Source, r catalog.Repository, last *scanners.Answer, failure observation.Note) store.Live {
	live := store.Live{URL: r.URL, Source: source.Name()}
	why := source.Excludes(r)
	if why == "" && failure.Cause == needless {
		why = failure.Message
	}
	if why != "" {
		for _, d := range source.Definitions() {
			live.Measures = append(live.Measures, d.NotApplicableFor(why))
		}
		return live
	}
	oldest := run.AsOf.Add(-p.cfg.MaxAge)
	switch {
	case last != nil && last.Asked.After(run.AsOf):
		failure.Message += "; the answer that is kept is of a later day, " + last.Asked.UTC().Format(time.DateOnly)
	case last != nil && last.Asked.Before(oldest):
		failure.Message += fmt.Sprintf("; the answer that is kept is of %s, and older than --max-age allows", last.Asked.UTC().Format(time.DateOnly))
	case last != nil:
		live.Measures, live.Notes = source.Measures(*last, oldest)
		if teller, tells := source.(scanners.UpkeepTeller); tells {
			live.Upkeep = teller.Upkeep(*last)
		}
		return live
	case failure.Cause == observation.CauseOffline:
		failure.Message += ", and no answer of an earlier run is kept"
	}
	live.Measures = unknowns(source.Definitions(), failure.Cause, failure.Message)
	return live
}

// loadLive reads what a run made of the answers of all sources. A run of before had none.
func (p *Pipeline) loadLive(ctx context.Context, run store.Run, r catalog.Repository) ([]store.Live, error) {
	var all []store.Live
	for _, source := range p.sources {
		live, err := p.store.Live(ctx, run.ID, r.URL, source.Name())
		if errors.Is(err, store.ErrNotFound) {
			live.Measures, err = unknowns(source.Definitions(), observation.CauseNotAsked, "the run did not ask"), nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer of %s about %s: %w", source.Name(), r.URL, err)
		}
		all = append(all, live)
	}
	return all, nil
}

func liveMeasures(all []store.Live) []observation.Measure {
	var measures []observation.Measure
	for _, live := range all {
		measures = append(measures, live.Measures...)
	}
	return measures
}

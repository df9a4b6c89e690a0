package pipeline

import (
	"context"
	"fmt"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/internal/vex"
)

// placeAnswers finds out, once for a run, for which goods answers were given, and how many
// statements name none of its goods.
func (p *Pipeline) placeAnswers(ctx context.Context, run store.Run) error {
	if p.answers == nil || p.answersOf == run.ID {
		return nil
	}
	goods, err := p.namesOf(ctx, run)
	if err != nil {
		return err
	}
	p.answersFor = map[string]string{}
	for _, name := range p.answers.GivenFor() {
		good, err := catalog.Pick(name, goods)
		if err != nil {
			return fmt.Errorf("vex: %s=FILE: %w", name, err)
		}
		p.answersFor[name] = good.ID
	}
	if len(goods) == 1 {
		p.answers = p.answers.ForOneGood()
	}
	var targets []vex.Target
	for _, good := range goods {
		for _, repository := range good.Repositories {
			targets = append(targets, p.answerTarget(good, repository))
		}
	}
	p.answersOf, p.answersNote = run.ID, nil
	if unnamed, all := p.answers.CountUnnamed(targets); unnamed > 0 {
		p.answersNote = &observation.Note{Cause: observation.CauseRemark, Subject: "answers to findings",
			Message: fmt.Sprintf("%d of %d statements name no good of this run, and answer nothing; name the repository as the product and the package as its "+
				"subcomponent, or give the file for one good with --vex GOOD=FILE", unnamed, all)}
		if p.announce != nil {
			p.announce(p.answersNote.Subject + ": " + p.answersNote.Message)
		}
	}
	return nil
}

// answerTarget is a repository of a good, as answers name it.
func (p *Pipeline) answerTarget(good catalog.Good, repository catalog.Repository) vex.Target {
	given, _ := p.givenMirror(repository)
	return vex.Target{Good: good.ID, Aliases: good.Aliases, Repository: repository.URL, Folder: given.dir,
		Given: func(name string) bool { return p.answersFor[name] == good.ID }}
}

package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/internal/vex"
)

// placedAnswers is what is known of the answers for one run.
type placedAnswers struct {
	run     int64
	goods   map[string]string   // the ids of the goods for which files were given, by the names on the command line
	remotes map[string][]string // of work trees, by their folders
	note    *observation.Note   // says how many statements name no good; nil where all do
}

// placeRemotes looks up the remotes of a work tree: its maintainers answer for the address
// that others know. What a file of the tree says of its address does not count.
func (p *Pipeline) placeRemotes(ctx context.Context, repository catalog.Repository) {
	if repository.Host != "" {
		return
	}
	for _, name := range p.placeNames(ctx, repository.URL) {
		if strings.HasPrefix(name.from, remoteName) {
			p.placed.remotes[repository.URL] = append(p.placed.remotes[repository.URL], name.repository.URL)
		}
	}
}

// placeAnswers finds out, once for a run, for which goods answers were given, and how many
// statements name none of its goods.
func (p *Pipeline) placeAnswers(ctx context.Context, run store.Run) error {
	if p.answers == nil || p.placed.run == run.ID {
		return nil
	}
	goods, err := p.namesOf(ctx, run)
	if err != nil {
		return err
	}
	p.placed = placedAnswers{run: run.ID, goods: map[string]string{}, remotes: map[string][]string{}}
	for _, name := range p.answers.GivenFor() {
		good, err := catalog.Pick(name, goods)
		if err != nil {
			return fmt.Errorf("vex: %s=FILE: %w", name, err)
		}
		p.placed.goods[name] = good.ID
	}
	if len(goods) == 1 {
		p.answers = p.answers.ForOneGood()
	}
	var targets []vex.Target
	for _, good := range goods {
		for _, repository := range good.Repositories {
			p.placeRemotes(ctx, repository)
			targets = append(targets, p.answerTarget(good, repository))
		}
	}
	if unnamed, all := p.answers.CountUnnamed(targets); unnamed > 0 {
		p.placed.note = &observation.Note{Cause: observation.CauseRemark, Subject: "answers to findings",
			Message: fmt.Sprintf("%d of %d statements name no good of this run, and answer nothing; name the repository as the product and the package as its "+
				"subcomponent, or give the file for one good with --vex GOOD=FILE", unnamed, all)}
		p.say(p.placed.note.Subject + ": " + p.placed.note.Message)
	}
	return nil
}

// answerTarget is a repository of a good, as answers name it.
func (p *Pipeline) answerTarget(good catalog.Good, repository catalog.Repository) vex.Target {
	given, _ := p.givenMirror(repository)
	return vex.Target{Good: good.ID, Aliases: good.Aliases, Repository: repository.URL, Folder: given.dir,
		Remotes: p.placed.remotes[repository.URL], Given: func(name string) bool { return p.placed.goods[name] == good.ID }}
}

// countAnswered counts the weaknesses of which a maintainer says that nothing is left to
// do, and those of them that are known to be exploited.
func countAnswered(findings []observation.Finding) (answered, exploited int) {
	if !slices.ContainsFunc(findings, observation.Finding.IsAnswered) {
		return 0, 0
	}
	for _, group := range observation.Groups(findings) {
		if slices.ContainsFunc(group, observation.Finding.IsAnswered) {
			answered++
			exploited += report.BoolToInt(isExploited(group))
		}
	}
	return answered, exploited
}

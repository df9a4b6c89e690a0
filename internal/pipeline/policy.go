package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/registry"
)

// Definitions lists every measure that a policy can use.
func Definitions() ([]observation.Definition, error) {
	all, err := registry.Every()
	return definitionsOf(all, slices.Concat(registry.Sources(nil), registry.OptionalSources(nil))), err
}

// Subjects calls visit for each good of an assessed run, in the order of ids. The run is
// named by its number, by its day, or by the path of a report.json; an empty name means
// the newest.
func (p *Pipeline) Subjects(ctx context.Context, name string, visit func(policy.Subject) error) error {
	if strings.HasSuffix(name, ".json") {
		document, err := readReport(name, "ask a policy of a report")
		if err != nil {
			return err
		}
		for _, good := range document.Goods {
			if err := visit(good.Subject(document.AsOf)); err != nil {
				return err
			}
		}
		return nil
	}
	run, err := p.findRun(ctx, name, func() (store.Run, error) { return p.Resume(ctx, "midspan run", store.Assessed) })
	if err != nil {
		return err
	}
	if err := p.recall(ctx, run); err != nil {
		return err
	}
	if err := p.openAdvisories(ctx, run); err != nil {
		return err
	}
	for good, err := range p.store.Goods(ctx, run.ID) {
		if err != nil {
			return err
		}
		e, err := p.loadEntry(ctx, run, good)
		if err != nil {
			return fmt.Errorf("good %s: %w", good.ID, err)
		}
		if err := visit(e.brief.Subject(run.AsOf)); err != nil {
			return err
		}
	}
	return nil
}

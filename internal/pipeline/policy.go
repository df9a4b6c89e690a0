package pipeline

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
	"github.com/midspan/midspan/scanners/registry"
)

// Definitions lists every measure that a policy can use.
func Definitions() ([]observation.Definition, error) {
	all, err := registry.All()
	if err != nil {
		return nil, err
	}
	return (&Pipeline{scanners: all}).definitions(), nil
}

// Subjects calls visit for each good of an assessed run, in the order of ids. The run is
// named by its number, by its day, or by the path of a report.json; an empty name means
// the newest.
func (p *Pipeline) Subjects(ctx context.Context, name string, visit func(policy.Subject) error) error {
	if strings.HasSuffix(name, ".json") {
		return reportSubjects(name, visit)
	}
	run, err := p.findRun(ctx, name, func() (store.Run, error) { return p.Resume(ctx, "midspan run", store.Assessed) })
	if err != nil {
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

func reportSubjects(path string, visit func(policy.Subject) error) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("ask a policy of a report: %w", err)
	}
	defer file.Close()
	document, err := report.Decode(file)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, good := range document.Goods {
		if err := visit(good.Subject(document.AsOf)); err != nil {
			return err
		}
	}
	return nil
}

package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// runSide is one of two assessed runs that are compared. Its goods come in the order of
// ids.
type runSide struct {
	asOf  time.Time
	run   store.Run // zero for a report.json
	goods iter.Seq2[assessedGood, error]
}

type assessedGood struct {
	id, name string
	assess.Assessment
}

// Diff returns what changed between two assessed runs. Each is named by its number, by
// its day, or by the path of a report.json. An empty name means the newest run, and the
// run before it over the same catalogs.
func (p *Pipeline) Diff(ctx context.Context, from, to string) (report.Diff, error) {
	later, err := p.loadSide(ctx, to, func() (store.Run, error) { return p.Resume(ctx, "midspan run", store.Assessed) })
	if err != nil {
		return report.Diff{}, err
	}
	earlier, err := p.loadSide(ctx, from, func() (store.Run, error) {
		run, err := p.store.Previous(ctx, later.run)
		if errors.Is(err, store.ErrNotFound) {
			err = errors.New("there is no earlier run over the same catalogs to compare with; name a run, a day or a report.json")
		}
		return run, err
	})
	if err != nil {
		return report.Diff{}, err
	}
	diff := report.NewDiff(earlier.asOf, later.asOf)
	definitions := p.definitionsByID()
	return *diff, compareSides(earlier, later, definitions, diff)
}

// compareSides merges both runs in the order of ids, with one good of each in memory.
func compareSides(earlier, later runSide, definitions map[string]observation.Definition, diff *report.Diff) error {
	nextOld, stopOld := iter.Pull2(earlier.goods)
	defer stopOld()
	nextNew, stopNew := iter.Pull2(later.goods)
	defer stopNew()
	old, oldErr, haveOld := nextOld()
	current, currentErr, haveCurrent := nextNew()
	for haveOld || haveCurrent {
		if err := errors.Join(oldErr, currentErr); err != nil {
			return err
		}
		switch {
		case !haveCurrent || haveOld && old.id < current.id:
			diff.Removed = append(diff.Removed, report.Move{Good: old.id, Name: old.name, From: old.Verdict.Stage})
			old, oldErr, haveOld = nextOld()
		case !haveOld || current.id < old.id:
			diff.Added = append(diff.Added, report.Move{Good: current.id, Name: current.name, To: current.Verdict.Stage})
			current, currentErr, haveCurrent = nextNew()
		default:
			diff.Add(report.ChangedGood{Good: current.id, Name: current.name, VerdictChange: assess.Compare(old.Assessment, current.Assessment, definitions)})
			old, oldErr, haveOld = nextOld()
			current, currentErr, haveCurrent = nextNew()
		}
	}
	return nil
}

func (p *Pipeline) loadSide(ctx context.Context, name string, fallback func() (store.Run, error)) (runSide, error) {
	if strings.HasSuffix(name, ".json") {
		return reportSide(name)
	}
	run, err := p.findRun(ctx, name, fallback)
	if err != nil {
		return runSide{}, err
	}
	return runSide{run.AsOf, run, func(yield func(assessedGood, error) bool) {
		for good, err := range p.store.Goods(ctx, run.ID) {
			var j assess.Assessment
			if err == nil {
				j, err = decodeVerdict(good)
			}
			if !yield(assessedGood{good.ID, good.Name, j}, err) || err != nil {
				return
			}
		}
	}}, nil
}

func (p *Pipeline) findRun(ctx context.Context, name string, fallback func() (store.Run, error)) (run store.Run, err error) {
	if name == "" {
		return fallback()
	}
	if day, dayErr := time.Parse(time.DateOnly, name); dayErr == nil {
		run, err = p.store.AssessedRunOn(ctx, day)
	} else if number, numberErr := strconv.ParseInt(name, 10, 64); numberErr == nil {
		run, err = p.store.AssessedRun(ctx, number)
	} else {
		return run, fmt.Errorf("%q is no number of a run, no day like 2006-01-02 and no report.json", name)
	}
	if errors.Is(err, store.ErrNotFound) {
		err = fmt.Errorf("the store %s holds no judged run %s", p.cfg.Store, name)
	}
	return run, err
}

// reportSide reads a published report.
func reportSide(path string) (runSide, error) {
	document, err := readReport(path, "compare with a report")
	if err != nil {
		return runSide{}, err
	}
	return runSide{asOf: document.AsOf, goods: func(yield func(assessedGood, error) bool) {
		for _, good := range document.Goods {
			if !yield(assessedGood{good.ID, good.Name, assess.Assessment{Verdict: good.Verdict, Measures: good.Measures}}, nil) {
				return
			}
		}
	}}, nil
}

// readReport reads a published report. purpose begins the error of a file that cannot
// be opened.
func readReport(path, purpose string) (report.Document, error) {
	file, err := files.Open(path)
	if err != nil {
		return report.Document{}, fmt.Errorf("%s: %w", purpose, err)
	}
	defer file.Close()
	document, err := report.Decode(file)
	if err != nil {
		return report.Document{}, fmt.Errorf("%s: %w", path, err)
	}
	return document, nil
}

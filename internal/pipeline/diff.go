package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// side is one of two judged runs that are held against each other. Its goods
// come by id.
type side struct {
	asOf  time.Time
	run   store.Run // zero for a file
	goods iter.Seq2[judgedGood, error]
}

type judgedGood struct {
	id, name string
	assess.Assessment
}

// Diff says what changed from one judged run to another. Each is named by its
// number, by the day that it speaks of, or by the path of a report.json. An
// empty name means the newest run, and the one before it over the same
// catalogs.
func (p *Pipeline) Diff(ctx context.Context, from, to string) (report.Diff, error) {
	later, err := p.side(ctx, to, func() (store.Run, error) { return p.Resume(ctx, "midspan run", store.Assessed) })
	if err != nil {
		return report.Diff{}, err
	}
	earlier, err := p.side(ctx, from, func() (store.Run, error) {
		run, err := p.store.Before(ctx, later.run)
		if errors.Is(err, store.ErrNone) {
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

// compareSides walks both runs in the order of ids, holding one good of each.
func compareSides(earlier, later side, definitions map[string]observation.Definition, diff *report.Diff) error {
	nextOld, stopOld := iter.Pull2(earlier.goods)
	defer stopOld()
	nextNew, stopNew := iter.Pull2(later.goods)
	defer stopNew()
	old, oldErr, haveOld := nextOld()
	now, nowErr, haveNow := nextNew()
	for haveOld || haveNow {
		if err := errors.Join(oldErr, nowErr); err != nil {
			return err
		}
		switch {
		case !haveNow || haveOld && old.id < now.id:
			diff.Removed = append(diff.Removed, report.Move{Good: old.id, Name: old.name, From: old.Verdict.Stage})
			old, oldErr, haveOld = nextOld()
		case !haveOld || now.id < old.id:
			diff.Added = append(diff.Added, report.Move{Good: now.id, Name: now.name, To: now.Verdict.Stage})
			now, nowErr, haveNow = nextNew()
		default:
			diff.Add(report.Turned{Good: now.id, Name: now.name, VerdictChange: assess.Compare(old.Assessment, now.Assessment, definitions)})
			old, oldErr, haveOld = nextOld()
			now, nowErr, haveNow = nextNew()
		}
	}
	return nil
}

func (p *Pipeline) side(ctx context.Context, name string, otherwise func() (store.Run, error)) (side, error) {
	if strings.HasSuffix(name, ".json") {
		return fileSide(name)
	}
	run, err := p.runNamed(ctx, name, otherwise)
	if err != nil {
		return side{}, err
	}
	return side{run.AsOf, run, func(yield func(judgedGood, error) bool) {
		for good, err := range p.store.Goods(ctx, run.ID) {
			var j judged
			if err == nil {
				j, err = verdictOf(good)
			}
			if !yield(judgedGood{good.ID, good.Name, assess.Assessment(j)}, err) || err != nil {
				return
			}
		}
	}}, nil
}

func (p *Pipeline) runNamed(ctx context.Context, name string, otherwise func() (store.Run, error)) (run store.Run, err error) {
	if name == "" {
		return otherwise()
	}
	if day, dayErr := time.Parse(time.DateOnly, name); dayErr == nil {
		run, err = p.store.JudgementOf(ctx, day)
	} else if number, numberErr := strconv.ParseInt(name, 10, 64); numberErr == nil {
		run, err = p.store.Judgement(ctx, number)
	} else {
		return run, fmt.Errorf("%q is no number of a run, no day like 2006-01-02 and no report.json", name)
	}
	if errors.Is(err, store.ErrNone) {
		err = fmt.Errorf("the store %s holds no judged run %s", p.cfg.Store, name)
	}
	return run, err
}

// fileSide reads a published report.
func fileSide(path string) (side, error) {
	file, err := os.Open(path)
	if err != nil {
		return side{}, fmt.Errorf("compare with a report: %w", err)
	}
	defer file.Close()
	document, err := report.Decode(file)
	if err != nil {
		return side{}, fmt.Errorf("%s: %w", path, err)
	}
	return side{asOf: document.AsOf, goods: func(yield func(judgedGood, error) bool) {
		for _, good := range document.Goods {
			if !yield(judgedGood{good.ID, good.Name, assess.Assessment{Verdict: good.Verdict, Measures: good.Measures}}, nil) {
				return
			}
		}
	}}, nil
}

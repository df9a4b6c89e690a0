package pipeline

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/store"
)

// runSide is one of two assessed runs that are compared. Its goods come in the order of
// ids.
type runSide struct {
	name  string // of the run, for readers
	asOf  time.Time
	run   store.Run // zero for a report.json
	goods iter.Seq2[assessedGood, error]
}

type assessedGood struct {
	id, name string
	read     bool // one of its repositories was read
	assess.Assessment
}

// Diff returns what changed between two assessed runs. Each is named by its number, by
// its day, or by the path of a report.json. An empty name means the newest run, and the
// run that was begun before it over the same catalogs, whatever day it speaks of. Which
// rules are meant by new ones, the later run says.
func (p *Pipeline) Diff(ctx context.Context, from, to string) (report.Diff, error) {
	later, err := p.loadSide(ctx, to, func() (store.Run, error) { return p.Resume(ctx, "midspan run", store.Assessed) })
	if err == nil && later.run.ID != 0 {
		err = p.recall(ctx, later.run)
	}
	if err != nil {
		return report.Diff{}, err
	}
	earlier, err := p.loadSide(ctx, from, func() (store.Run, error) {
		run, err := p.store.Before(ctx, later.run)
		if errors.Is(err, store.ErrNotFound) {
			err = errors.New("there is no earlier run over the same catalogs to compare with; name a run, a day or a report.json")
		}
		return run, err
	})
	if err != nil {
		return report.Diff{}, err
	}
	diff := report.NewDiff(earlier.asOf, later.asOf)
	diff.Earlier, diff.Later = earlier.name, later.name
	err = p.compareSides(earlier, later, diff)
	return *diff, err
}

// compareSides merges both runs in the order of ids, with one good of each in memory.
func (p *Pipeline) compareSides(earlier, later runSide, diff *report.Diff) error {
	definitions := p.definitionsByID()
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
			change := assess.Compare(old.Assessment, current.Assessment, definitions)
			change.Why = p.rules.WhyChanged(old.Assessment, current.Assessment, old.read, current.read)
			diff.Add(report.ChangedGood{Good: current.id, Name: current.name, VerdictChange: change})
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
	stages, err := p.store.Stages(ctx, run.ID)
	if err != nil {
		return runSide{}, fmt.Errorf("read the stages of run %d: %w", run.ID, err)
	}
	read := make(map[string]bool, len(stages))
	for _, good := range stages {
		read[good.ID] = good.Read
	}
	return runSide{fmt.Sprintf("run %d", run.ID), run.AsOf, run, func(yield func(assessedGood, error) bool) {
		for good, err := range p.store.Goods(ctx, run.ID) {
			var j assess.Assessment
			if err == nil {
				j, err = decodeVerdict(good)
			}
			if !yield(assessedGood{good.ID, good.Name, read[good.ID], j}, err) || err != nil {
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
		err = fmt.Errorf("the store %s holds no judged run %s", p.store.Name(), name)
	}
	return run, err
}

// reportSide reads a published report.
func reportSide(path string) (runSide, error) {
	document, err := readReport(path, "compare with a report")
	if err != nil {
		return runSide{}, err
	}
	return runSide{name: path, asOf: document.AsOf, goods: func(yield func(assessedGood, error) bool) {
		for _, good := range document.Goods {
			if !yield(assessedGood{good.ID, good.Name, wasRead(good), assess.Assessment{Verdict: good.Verdict, Measures: good.Measures}}, nil) {
				return
			}
		}
	}}, nil
}

// wasRead reports whether a repository of a good was read.
func wasRead(good report.Good) bool {
	return slices.ContainsFunc(good.Scans, func(scan report.Scan) bool { return scan.Outcome != report.Failed })
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

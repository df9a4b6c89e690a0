package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/pipeline"
)

// progress shows bars on a terminal and plain lines otherwise. It writes to standard
// error, so that standard output has only the result. It ends before a result is
// printed, because bars redraw the lines above them.
func (a *app) progress() pipeline.Progress {
	if a.logs || a.level == config.LevelWarn || a.level == config.LevelError {
		return pipeline.Silent{}
	}
	if a.level == config.LevelDebug {
		return &timedProgress{lineProgress: lineProgress{out: a.stderr}, now: a.now, begun: a.now()}
	}
	if file, ok := a.stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) && !dumb() {
		bars := &barProgress{pool: mpb.New(mpb.WithOutput(a.stderr), mpb.WithWidth(40))}
		a.endProgress = sync.OnceFunc(bars.pool.Wait) // every stage ends its bar, also on an error
		return bars
	}
	return &lineProgress{out: a.stderr}
}

// lineProgress is progress for logs: a line for each unit.
type lineProgress struct {
	out         io.Writer
	stage       string
	done, units int
}

func (l *lineProgress) Stage(name string, units int) {
	l.stage, l.done, l.units = name, 0, units
	if units == 0 {
		fmt.Fprintf(l.out, "%s\n", name)
	}
}

func (l *lineProgress) Done(unit, outcome string) {
	l.done++
	if l.units > 0 {
		fmt.Fprintf(l.out, "%s %d/%d %s: %s\n", l.stage, l.done, l.units, printable(unit), printable(outcome))
	}
}

func (l *lineProgress) End() {}

// barProgress is progress for a terminal.
type barProgress struct {
	pool *mpb.Progress
	bar  *mpb.Bar
}

func (b *barProgress) Stage(name string, units int) {
	b.bar = b.pool.AddBar(int64(units), mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.CountersNoUnit("%d of %d")))
}

func (b *barProgress) Done(string, string) { b.bar.Increment() }

// End fills the bar, even if the number of units was unknown.
func (b *barProgress) End() {
	if b.bar.Current() == 0 {
		b.bar.Increment()
	}
	b.bar.SetTotal(-1, true)
}

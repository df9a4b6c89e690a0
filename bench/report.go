package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// report holds all measurements.
type report struct {
	machine    string
	options    options
	corpus     corpus
	database   database
	comparison comparison
	wire       wire
	growth     growth
}

// print writes the report as Markdown.
func (r report) print(w io.Writer) error {
	var b strings.Builder
	r.writeSetting(&b)
	table(&b, []string{"program", "wall", "CPU", "largest process", "all processes"}, r.usages())
	table(&b, []string{"figure", "target", "measured", ""}, r.targets())
	if r.growth.assess != nil {
		table(&b, []string{"goods", "assess", "keystones and upgrades", "publish"}, r.sizes())
	}
	r.writeRemarks(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (r report) writeSetting(b *strings.Builder) {
	fmt.Fprintf(b, "Machine: %s.\n", r.machine)
	fmt.Fprintf(b, "Peers: osv-scanner %s, Scorecard %s (%d checks), git log. Midspan %s with osv-scanner %s, Scorecard %s.\n",
		moduleVersion(r.options.osvScanner, osvModule), moduleVersion(r.options.scorecard, scorecardModule), len(checks),
		moduleVersion(r.options.midspan, ownModule), moduleVersion(r.options.midspan, osvModule), moduleVersion(r.options.midspan, scorecardModule))
	fmt.Fprintf(b, "Repositories: %d with %d commits", len(r.corpus.repositories), r.corpus.commits())
	if r.corpus.absent > 0 {
		fmt.Fprintf(b, "; without a mirror: %d", r.corpus.absent)
	}
	var records int
	var size uint64
	var parts []string
	for _, e := range r.database.ecosystems {
		records, size = records+e.records, size+e.bytes
		parts = append(parts, fmt.Sprintf("%s %d", e.name, e.records))
	}
	fmt.Fprintf(b, ".\nDatabase: %d records, %s unpacked (%s).", records, megabytes(int64(size)), strings.Join(parts, ", "))
	if r.database.realRecords >= 0 {
		fmt.Fprintf(b, " npm was padded: %d of its records are real, the others generated.", r.database.realRecords)
	}
	fmt.Fprintf(b, "\nRuns: %d; the lowest CPU time of each stands.\n\n", r.options.runs)
}

func (r report) usages() [][]string {
	p, m := r.comparison.peers, r.comparison.ours
	var rows [][]string
	for _, u := range []struct {
		name string
		usage
	}{
		{"osv-scanner over all checkouts at once", p.together.usage}, {"scorecard", p.scorecard}, {"git log", p.gitLog},
		{"**the peers' best use**", p.best()},
		{"osv-scanner, one repository after the other", p.osvScanner},
		{"the peers' loop over repositories", p.all()},
		{"(writing the files at HEAD for them, not counted)", p.export},
		{"**Midspan, cold, index build included**", m.cold},
		{"Midspan, index build alone", m.index},
		{"Midspan, cold, index ready", m.ready},
		{"Midspan again, nothing changed", m.again},
		{"Midspan again, one record of " + r.database.smallest().name + " changed", m.smallChanged},
		{"Midspan again, one record of " + r.database.largest().name + " changed", m.largeChanged},
	} {
		rows = append(rows, []string{u.name, seconds(u.wall), seconds(u.cpu), megabytes(u.largestProcess), megabytes(max(u.total, u.largestProcess))})
	}
	return rows
}

// target is the required value of a figure.
type target struct {
	name     string
	measured float64
	want     float64
	atMost   bool
	show     func(float64) string
}

func (t target) met() bool {
	if t.atMost {
		return t.measured <= t.want
	}
	return t.measured >= t.want
}

func (t target) row() []string {
	bound, verdict := " or more", "missed"
	if t.atMost {
		bound = " or less"
	}
	if t.met() {
		verdict = "met"
	}
	return []string{t.name, t.show(t.want) + bound, t.show(t.measured), verdict}
}

func (r report) targets() [][]string {
	p, m := r.comparison.peers, r.comparison.ours
	var all []target
	if p.together.loop >= 0 {
		all = append(all, target{"CPU of the peers' best use over a cold run with the index ready, were osv-scanner's loop mended",
			ratio(p.mended(), m.ready), 6, false, times})
	}
	all = append(all, []target{
		{"CPU of the peers' best use over a cold run, index build included", ratio(p.best(), m.cold), 12, false, times},
		{"the same with the index ready", ratio(p.best(), m.ready), 18, false, times},
		{"CPU of the peers' loop over a cold run, index build included", ratio(p.all(), m.cold), 15, false, times},
		{"the same with the index ready", ratio(p.all(), m.ready), 20, false, times},
		{"CPU of a second run with nothing changed, over the cold run", ratio(m.again, m.cold), 1.0 / 50, true, fraction},
		{"CPU of a run after one record of " + r.database.smallest().name + " changed, over the cold run", ratio(m.smallChanged, m.cold), 1.0 / 20, true, fraction},
		{"the same after one record of " + r.database.largest().name + " changed", ratio(m.largeChanged, m.cold), 1.0 / 20, true, fraction},
		{"peak memory of all processes, index build included", float64(max(m.cold.total, m.cold.largestProcess)), 250e6, true,
			func(v float64) string { return megabytes(int64(v)) }},
	}...)
	if n := len(r.wire.repositories); n > 0 {
		all = append(all, target{fmt.Sprintf("bytes over the wire for a first scan, over those of a full clone (%d repositories, %s in full)", n,
			megabytes(r.wire.full)),
			float64(r.wire.first) / float64(r.wire.full), 1.0 / 8, true, fraction})
	}
	if r.growth.assess != nil {
		all = append(all,
			target{fmt.Sprintf("CPU of the history of the longest repository (%d commits), over git log", r.corpus.longest().commits), r.growth.historyRatio, 1.5, true,
				times},
			target{"time of assess and publish, 10,000 goods over 1,000", r.growth.total(10_000) / r.growth.total(1_000), 11, true, times},
		)
	}
	var rows [][]string
	for _, t := range all {
		row := t.row()
		if r.options.catalog == "" {
			row[3] = "" // the targets are for a real corpus, not for the small sample
		}
		rows = append(rows, row)
	}
	return rows
}

func (r report) sizes() [][]string {
	var rows [][]string
	for _, n := range sizes {
		rows = append(rows, []string{fmt.Sprint(n), preciseSeconds(r.growth.assess[n]), preciseSeconds(r.growth.portfolio[n]), preciseSeconds(r.growth.publish[n])})
	}
	return rows
}

func (r report) writeRemarks(b *strings.Builder) {
	p := r.comparison.peers
	if n := len(r.wire.repositories); n > 0 {
		fmt.Fprintf(b, "Wire: %.2f MB for a first scan of %d repositories, %.2f MB for full clones, %.3f MB for a second scan with nothing new. "+
			"A first scan with --functions: %.2f MB; with --replay: %.2f MB.\n\n",
			float64(r.wire.first)/1e6, n, float64(r.wire.full)/1e6, float64(r.wire.again)/1e6, float64(r.wire.functions)/1e6, float64(r.wire.replay)/1e6)
	}
	r.writeFindings(b)
	b.WriteString(`
- CPU is user and system time with all child processes. Memory is the peak: of
  the largest process as the kernel counts it, and of all at one time, sampled
  every 50 ms. Files that are mapped (programs, git's packs, indexes) count in
  both, though the kernel takes that memory back when it is needed.
- The peers' best use is one osv-scanner over all checkouts, which reads the database
  once, Scorecard and git log. It rests on one loop in osv-scanner, which looks for the
  packages of each record in a list; without it osv-scanner would take what is left.
- The peers run one after the other, Midspan on all cores: compare CPU, not wall.
- The peers read files that were written for them before; that is not counted.
- Scorecard's Fuzzing cannot run without a network as a command and is left out
  of the peer; Midspan runs it, and people, momentum, signals and the report.
- Proxies point at a closed port, so that what asks the network (Scorecard
  resolves image digests) is refused at once instead of waiting.
`)
	if t := p.together; t.loop >= 0 {
		fmt.Fprintf(b, "- osv-scanner over all at once found %d; %.0f %% of its time went into that loop, by a profile.\n", t.found, 100*t.loop)
	}
	if p.incomplete > 0 {
		fmt.Fprintf(b, "- %d mirrors lack files of HEAD; the peers read the others.\n", p.incomplete)
	}
	for _, failure := range p.failed {
		fmt.Fprintf(b, "- failed: %s\n", failure)
	}
}

func (r report) writeFindings(b *strings.Builder) {
	p, m := r.comparison.peers.findings, r.comparison.ours.findings
	peersOnly, peersLibrary := p.countMissingIn(m)
	oursOnly, oursLibrary := m.countMissingIn(p)
	fmt.Fprintf(b,
		"Found (repository, package, version, advisory): %d by osv-scanner, %d by Midspan. Of Go's standard library only one of them has %d and %d; of all else %d and %d.\n",
		len(p), len(m), peersLibrary, oursLibrary, peersOnly, oursOnly)
	fmt.Fprintf(b, "Midspan read %d of %d repositories.\n", r.comparison.ours.scanned, len(r.corpus.repositories))
}

// table writes a Markdown table.
func table(b *strings.Builder, head []string, rows [][]string) {
	w := tabwriter.NewWriter(b, 0, 0, 1, ' ', 0)
	line := func(cells []string) { fmt.Fprintf(w, "| %s\t|\n", strings.Join(cells, "\t| ")) }
	line(head)
	rule := make([]string, len(head))
	for i := range rule {
		rule[i] = "---"
	}
	line(rule)
	for _, row := range rows {
		line(row)
	}
	w.Flush() // a strings.Builder returns no error
	b.WriteByte('\n')
}

func ratio(a, b usage) float64        { return a.cpu.Seconds() / b.cpu.Seconds() }
func times(v float64) string          { return fmt.Sprintf("%.3g", v) }
func fraction(v float64) string       { return fmt.Sprintf("1/%.3g", 1/v) }
func seconds(d time.Duration) string  { return fmt.Sprintf("%.2f s", d.Seconds()) }
func preciseSeconds(v float64) string { return fmt.Sprintf("%.4f s", v) }
func megabytes(bytes int64) string    { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }

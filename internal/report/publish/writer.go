package publish

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/language"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/internal/report/export"
	"github.com/midspan/midspan/internal/report/search"
	"github.com/midspan/midspan/internal/report/site"
	"github.com/midspan/midspan/internal/report/table"
)

// Writer publishes a document good by good into a folder: report.json and its
// schema, CSV, and the site. It holds a row a good in memory, and no more. The
// folder is made where it is missing.
//
// Everything is made in a folder aside and moved into place when it is whole. A
// new folder appears at once. In one that exists each file is replaced whole, the
// portfolio page last, and pages of goods that are gone are removed after it:
// stopped at any point, every link still leads to a whole page, and the next
// report completes the rest. A Writer touches no file that no Writer wrote: one
// with a name that it needs is an error. A second writer to one folder waits for the
// first, also in another process.
//
// What the folder holds of a good, untouched and under the same digest, is not made
// again: its page stays, and its parts of report.json and findings.csv are copied.
type Writer struct {
	ctx          context.Context
	dir, staging string
	catalog      string // that the report is of; see Of
	isNew        bool   // dir does not exist
	site         *site.Site
	rows         []report.Row
	index        search.Index
	asOf         time.Time
	sharedDigest string // digest of what all parts of goods depend on
	previous     *previousReport

	entries, findings, goods, reasons *file          // of report.json only the goods
	pages                             errgroup.Group // makes the pages of goods, several at a time
	names                             []string
	buffers                           sync.Pool  // *bufio.Writer
	mu                                sync.Mutex // of what follows
	staged                            []string
	digests                           files.Digests   // of what was made, by name
	release                           func() error    // releases the lock of the folder
	usedPaths                         map[string]bool // names
	parts                             goodParts
}

// pagesOfAGood changes with the files that the report holds of each good, so that none of
// them is missing where an earlier version of the program wrote the folder.
const pagesOfAGood = 3

// rowsAtOnce are looked through together for what no page will show of them.
const rowsAtOnce = 2000

// NewWriter begins a report. Of doc it reads what every page shows: the generator,
// as-of, the texts of the rules and the definitions of measures. The site of the first
// language is written to the folder itself, that of each other one to a folder of its
// tag; without any the site is in English.
func NewWriter(ctx context.Context, dir string, doc report.Document, languages ...*language.Language) (*Writer, error) {
	w := &Writer{ctx: ctx, dir: filepath.Clean(dir), asOf: doc.AsOf,
		usedPaths: map[string]bool{}, parts: goodParts{Goods: map[string]goodPart{}}, digests: files.Digests{}}
	w.pages.SetLimit(runtime.GOMAXPROCS(0))
	if err := files.CheckPath(dir); err != nil {
		return nil, err
	}
	release, err := files.LockFolder(ctx, w.dir)
	if err != nil {
		return nil, fmt.Errorf("make the report for %s: %w", w.dir, err)
	}
	w.release = sync.OnceValue(release)
	w.staging = filepath.Join(w.dir, stagingName)
	if _, err := os.Stat(w.dir); errors.Is(err, fs.ErrNotExist) {
		w.isNew = true
		w.staging = filepath.Join(filepath.Dir(w.dir), "."+filepath.Base(w.dir)+stagingName)
	}
	if err := os.RemoveAll(w.staging); err != nil {
		w.Close()
		return nil, fmt.Errorf("remove what an earlier write of the report left: %w", err)
	}
	if err := w.open(doc, languages); err != nil {
		w.Close()
		return nil, fmt.Errorf("make the report for %s: %w", w.dir, err)
	}
	return w, nil
}

func (w *Writer) open(doc report.Document, languages []*language.Language) error {
	if len(languages) == 0 {
		languages = []*language.Language{language.English()}
	}
	doc.Goods = nil
	doc = report.Complete(doc)
	var err error
	if w.site, err = site.NewSite(doc, languages); err != nil {
		return err
	}
	var languageDigests []string
	folders := []string{search.Folder, table.Folder}
	for i, folder := range w.site.Folders() {
		languageDigests = append(languageDigests, languages[i].Digest())
		folders = append(folders, folder+"goods", folder+"evidence", folder+"briefs", folder+"embed", folder+table.Folder)
	}
	for _, folder := range folders {
		if err := os.MkdirAll(filepath.Join(w.staging, filepath.FromSlash(folder)), 0o755); err != nil {
			return err
		}
	}
	everyPage, err := json.Marshal([]any{pagesOfAGood, report.SchemaVersion, doc.Generator, doc.AsOf, doc.Definitions, doc.Rules, doc.Policies,
		doc.SiteAddress, languageDigests})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(everyPage)
	w.sharedDigest = string(sum[:])
	w.previous = openPrevious(w.dir)
	if w.entries, err = w.create("entries"); err != nil {
		return err
	}
	if w.goods, err = w.create("goods.csv"); err != nil {
		return err
	}
	if w.findings, err = w.create("findings.csv"); err != nil {
		return err
	}
	if w.reasons, err = w.create("reasons.csv"); err != nil {
		return err
	}
	return errors.Join(export.WriteCSV(w.goods, export.GoodsHeader), export.WriteCSV(w.findings, export.FindingsHeader),
		export.WriteCSV(w.reasons, export.ReasonsHeader))
}

// Close gives up what was not published.
func (w *Writer) Close() error {
	_ = w.pages.Wait() // Publish returned its error
	return errors.Join(w.entries.Close(), w.goods.Close(), w.findings.Close(), w.reasons.Close(), w.previous.Close(), os.RemoveAll(w.staging), w.release())
}

// Add adds the next good; goods come by id. brief is what the portfolio
// page and goods.csv show of it: it needs neither the measures nor the checks of
// its scans, and one finding may represent several places. digest identifies all
// that is shown of the good; empty means unknown. whole is called where the folder has
// no part of that digest.
func (w *Writer) Add(brief report.Good, digest string, whole func() (report.Good, error)) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := w.add(brief, digest, whole); err != nil {
		return fmt.Errorf("make the report for %s: %w", w.dir, err)
	}
	return nil
}

func (w *Writer) add(brief report.Good, digest string, whole func() (report.Good, error)) error {
	page := report.PagePath(brief.ID)
	if w.usedPaths[page] {
		return fmt.Errorf("two goods would be written to %s: their ids are not unique", page)
	}
	w.usedPaths[page] = true
	w.names = append(append(w.names, w.site.GoodFiles(brief.ID)...), export.CardPath(brief.ID), export.BadgePath(brief.ID))
	report.CompleteGood(&brief)
	findings := report.TallyFindings(brief)
	cells := export.GoodRow(brief, findings)
	if err := errors.Join(export.WriteCSV(w.goods, cells), export.WriteCSV(w.reasons, export.ReasonRows(brief)...)); err != nil {
		return err
	}
	if w.rows = append(w.rows, report.NewRow(brief, findings)); len(w.rows)%rowsAtOnce == 0 {
		report.Lighten(w.rows[len(w.rows)-rowsAtOnce:])
	}
	w.index.Add(searched(brief))
	if _, err := io.WriteString(w.entries, report.EncodeSeparator(len(w.rows) == 1)); err != nil {
		return err
	}
	now := goodPart{Entry: byteRange{w.entries.size}, Findings: byteRange{w.findings.size}}
	if digest != "" {
		sum := sha256.Sum256([]byte(w.sharedDigest + digest))
		now.Digest = hex.EncodeToString(sum[:16])
	}
	err := w.reuse(brief.ID, now.Digest)
	if errors.Is(err, errNotReusable) {
		err = w.build(whole)
	}
	now.Entry[1], now.Findings[1] = w.entries.size-now.Entry[0], w.findings.size-now.Findings[0]
	if now.Digest != "" {
		w.parts.Goods[brief.ID] = now
	}
	return err
}

// reuse copies what the folder holds of a good under a digest.
func (w *Writer) reuse(id, digest string) error {
	have, err := w.previous.part(id, digest)
	if err != nil {
		return err
	}
	return errors.Join(copyRange(w.entries, w.previous.report, have.Entry), copyRange(w.findings, w.previous.findings, have.Findings))
}

// build writes the parts of a good, and has its pages made: what goes wrong with these is
// known when all are there.
func (w *Writer) build(whole func() (report.Good, error)) error {
	good, err := whole()
	if err != nil {
		return err
	}
	report.CompleteGood(&good)
	entry, err := report.EncodeGood(good)
	if err != nil {
		return err
	}
	if _, err := w.entries.Write(entry); err != nil {
		return err
	}
	if err := export.WriteCSV(w.findings, export.FindingRows(good)...); err != nil {
		return err
	}
	w.pages.Go(func() error {
		shown := report.Cleaned(good)
		return errors.Join(w.site.WriteGood(shown, w.stage), w.stage(export.CardPath(good.ID), export.NewCard(shown, w.asOf).WriteJSON),
			w.stage(export.BadgePath(good.ID), export.StageBadge(shown).WriteSVG))
	})
	return nil
}

// Of names what the report is of: the same text for the same catalogs and choice of goods.
// Holds gives it back.
func (w *Writer) Of(catalog string) { w.catalog = catalog }

// Publish writes what is about all goods together and moves the report into place. The
// goods of doc do not count.
func (w *Writer) Publish(doc report.Document) (Files, error) {
	if err := w.finish(doc); err != nil {
		return Files{}, fmt.Errorf("make the report for %s: %w", w.dir, err)
	}
	var err error
	if w.isNew {
		err = publishNew(w.staging, w.dir, w.catalog, w.names, w.digests, &w.parts)
	} else {
		err = publishOver(w.dir, w.catalog, w.staged, w.names, w.digests, &w.parts)
	}
	if err != nil {
		return Files{}, fmt.Errorf("publish the report in %s: %w", w.dir, err)
	}
	return Files{
		Dir: w.dir, Index: filepath.Join(w.dir, "index.html"), Report: filepath.Join(w.dir, "report.json"),
		Schema: filepath.Join(w.dir, "schema.json"), Goods: filepath.Join(w.dir, "goods.csv"),
		Findings: filepath.Join(w.dir, "findings.csv"), Pages: len(w.rows),
	}, nil
}

// finish completes the staged files. The portfolio page is the last of them.
func (w *Writer) finish(doc report.Document) error {
	doc.Goods = nil
	doc = report.Complete(doc)
	if err := w.pages.Wait(); err != nil {
		return err
	}
	if err := errors.Join(w.goods.Close(), w.findings.Close(), w.reasons.Close(), w.entries.Close()); err != nil {
		return err
	}
	if err := w.write("report.json", func(out io.Writer) error { return w.report(out, doc) }); err != nil {
		return err
	}
	if err := os.Remove(w.entries.name); err != nil {
		return err
	}
	stage := func(name string, content func(io.Writer) error) error {
		w.names = append(w.names, name)
		return w.stage(name, content)
	}
	w.staged, w.names = append(w.staged, "report.json", "goods.csv", "findings.csv", "reasons.csv"),
		append(w.names, "report.json", "goods.csv", "findings.csv", "reasons.csv")
	shown := report.Cleaned(doc)
	err := errors.Join(stage("schema.json", func(out io.Writer) error { _, err := out.Write(report.Schema()); return err }),
		stage(export.FeedName, func(out io.Writer) error { return export.WriteFeed(out, shown) }))
	shown.Goods = make([]report.Good, len(w.rows))
	for i, row := range w.rows {
		shown.Goods[i] = row.Good
	}
	if trend := shown.Trend; trend != nil {
		err = errors.Join(err, stage(export.TrendName, trend.WriteJSON),
			stage("trend.csv", func(out io.Writer) error { return export.WriteCSV(out, export.TrendRows(*trend)...) }))
	}
	for _, l := range export.CSVLists(shown, w.rows) {
		err = errors.Join(err, stage(l.Name, func(out io.Writer) error { return export.WriteCSV(out, l.Rows...) }))
	}
	if err != nil {
		return err
	}
	// The workbook is made of the lists alone, and is written beside the pages that follow.
	w.staged, w.names = append(w.staged, export.WorkbookName), append(w.names, export.WorkbookName)
	w.pages.Go(func() error { return w.write(export.WorkbookName, w.workbook) })
	err = errors.Join(w.index.Write(report.ISODate(doc.AsOf), stage), w.site.WriteAll(shown, w.rows, stage))
	return errors.Join(err, w.pages.Wait(), w.ctx.Err())
}

// sheets are the tables of the workbook, by the file that holds each.
var sheets = []struct{ file, name string }{
	{"goods.csv", "Goods"}, {"reasons.csv", "Reasons"}, {"middle.csv", "Messy middle"}, {"fix-first.csv", "Upgrades"}, {"unfixed.csv", "Without a fix"},
	{"keystones.csv", "Keystones"}, {"blocks.csv", "Rotten blocks"}, {"findings.csv", "Findings"},
	{"concentration.csv", "Where"}, {"alternatives.csv", "Alternatives"},
	{"changes.csv", "Changes"}, {"gaps.csv", "Gaps"}, {"moved.csv", "Moved"},
}

// workbook writes the staged CSV files as one file for a spreadsheet.
func (w *Writer) workbook(out io.Writer) error {
	tables := make([]export.Sheet, len(sheets))
	for i, sheet := range sheets {
		f, err := os.Open(filepath.Join(w.staging, sheet.file))
		if err != nil {
			return err
		}
		defer f.Close()
		tables[i] = export.Sheet{Name: sheet.name, CSV: bufio.NewReader(f)}
	}
	return export.WriteWorkbook(out, tables)
}

// report writes report.json around the entries of its goods.
func (w *Writer) report(out io.Writer, doc report.Document) error {
	before, after, err := report.EncodeFrame(doc)
	if err != nil {
		return err
	}
	entries, err := os.Open(w.entries.name)
	if err != nil {
		return err
	}
	defer entries.Close()
	if _, err := io.Copy(out, io.MultiReader(bytes.NewReader(before), entries, bytes.NewReader(report.EncodeClosing(after, len(w.rows))))); err != nil {
		return err
	}
	for id, p := range w.parts.Goods {
		p.Entry[0] += int64(len(before))
		w.parts.Goods[id] = p
	}
	return nil
}

// previousReport is a report in a folder, unchanged since it was written. Nil has no
// parts.
type previousReport struct {
	goods            map[string]goodPart
	report, findings *os.File
}

// errNotReusable says that a part has to be made.
var errNotReusable = errors.New("the folder holds no such part")

// openPrevious opens the report in a folder; nil where there is none, or where one of
// its files was touched since.
func openPrevious(dir string) *previousReport {
	root, err := files.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	m, err := readManifest(root)
	if err != nil || m.Parts == nil || len(m.Digests) == 0 || m.Parts.Stamp == "" || m.Parts.Stamp != stampOf(root, m.Written) {
		return nil
	}
	s := &previousReport{goods: m.Parts.Goods}
	var err1, err2 error
	s.report, err1 = files.OpenIn(root, "report.json")
	s.findings, err2 = files.OpenIn(root, "findings.csv")
	if err1 != nil || err2 != nil {
		s.Close()
		return nil
	}
	return s
}

func (s *previousReport) part(id, digest string) (goodPart, error) {
	if s == nil || digest == "" || s.goods[id].Digest != digest {
		return goodPart{}, errNotReusable
	}
	return s.goods[id], nil
}

// Close closes the files.
func (s *previousReport) Close() error {
	if s == nil {
		return nil
	}
	var err error
	for _, f := range []*os.File{s.report, s.findings} {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}

func copyRange(to io.Writer, from io.ReaderAt, place byteRange) error {
	n, err := io.Copy(to, io.NewSectionReader(from, place[0], place[1]))
	if err == nil && n != place[1] {
		err = io.ErrUnexpectedEOF
	}
	return err
}

package main

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/catalog/sample"
)

const (
	archiveName     = "all.zip" // as OSV names an ecosystem's export
	paddedEcosystem = "npm"     // the ecosystem that is padded
)

// database is the working copy of the advisories.
type database struct {
	folder      string // <Ecosystem>/all.zip
	peers       string // the same in osv-scanner's layout
	ecosystems  []ecosystem
	realRecords int // records of npm before it was padded; -1 where it was not
}

// ecosystem is one archive. bytes is the unpacked size of its records.
type ecosystem struct {
	name    string
	records int
	bytes   uint64
}

// prepareDatabase copies the advisories, pads npm and counts the records.
func prepareDatabase(ctx context.Context, o options, work string) (database, error) {
	d := database{folder: filepath.Join(work, "osv"), peers: filepath.Join(work, "peers"), realRecords: -1}
	from := o.advisories
	if from == "" {
		from = filepath.Join(work, "sample-advisories")
		if err := sample.WriteAdvisories(from); err != nil {
			return d, err
		}
	}
	if err := os.CopyFS(d.folder, os.DirFS(from)); err != nil {
		return d, fmt.Errorf("copy the advisories: %w", err)
	}
	if o.pad > 0 {
		before, err := countRecords(ctx, d.archive(paddedEcosystem))
		if err != nil {
			return d, err
		}
		d.realRecords = before.records
		if _, err := runArchiveCommand(ctx, "pad", d.archive(paddedEcosystem), strconv.Itoa(o.pad)); err != nil {
			return d, err
		}
	}
	if err := os.MkdirAll(d.peers, 0o755); err != nil {
		return d, err
	}
	if err := os.Symlink(d.folder, filepath.Join(d.peers, "osv-scalibr")); err != nil {
		return d, err
	}
	return d, d.count(ctx)
}

func (d database) archive(ecosystem string) string {
	return filepath.Join(d.folder, ecosystem, archiveName)
}

func (d *database) count(ctx context.Context) error {
	archives, err := filepath.Glob(d.archive("*"))
	if err != nil {
		return err
	}
	for _, path := range archives {
		e, err := countRecords(ctx, path)
		if err != nil {
			return err
		}
		d.ecosystems = append(d.ecosystems, e)
	}
	if len(d.ecosystems) == 0 {
		return fmt.Errorf("no <Ecosystem>/%s in the advisory folder", archiveName)
	}
	slices.SortFunc(d.ecosystems, func(a, b ecosystem) int { return b.records - a.records })
	return nil
}

func (d database) largest() ecosystem  { return d.ecosystems[0] }
func (d database) smallest() ecosystem { return d.ecosystems[len(d.ecosystems)-1] }

// countRecords counts the records of an archive; a missing archive has none.
func countRecords(ctx context.Context, path string) (ecosystem, error) {
	e := ecosystem{name: filepath.Base(filepath.Dir(path))}
	out, err := runArchiveCommand(ctx, "count", path, "")
	if err != nil {
		return e, err
	}
	_, err = fmt.Sscan(out, &e.records, &e.bytes)
	return e, err
}

func isRecord(member *zip.File) bool { return strings.HasSuffix(member.Name, ".json") }

// change sets another time of modification in one record of an ecosystem.
func (d database) change(ctx context.Context, ecosystem string) error {
	_, err := runArchiveCommand(ctx, "touch", d.archive(ecosystem), time.Now().UTC().Format(time.RFC3339Nano))
	return err
}

// archiveCommand starts this program to work on one archive. That needs a process of its
// own: on Linux the peak memory of a program starts with that of its parent, and large
// archives need much.
const archiveCommand = "archive"

func runArchiveCommand(ctx context.Context, args ...string) (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{archiveCommand}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w", args[0], args[1], err)
	}
	return string(out), nil
}

// archiveMain runs that command: count, pad or touch, with the archive and a value.
func archiveMain(args []string, stdout io.Writer) error {
	if len(args) != 3 {
		return fmt.Errorf("%s count|pad|touch ARCHIVE VALUE", archiveCommand)
	}
	verb, path, value := args[0], args[1], args[2]
	switch verb {
	case "count":
		return withMembers(path, func(members []*zip.File) error {
			records, bytes := sum(members)
			_, err := fmt.Fprintln(stdout, records, bytes)
			return err
		})
	case "pad":
		records, err := strconv.Atoi(value)
		if err != nil {
			return err
		}
		return rewrite(path, func(from []*zip.File, to *zip.Writer) error { return pad(from, to, records) })
	case "touch":
		return rewrite(path, func(from []*zip.File, to *zip.Writer) error { return touch(from, to, value) })
	}
	return fmt.Errorf("no such work on an archive: %s", verb)
}

// withMembers opens an archive; a missing archive has no members.
func withMembers(path string, use func([]*zip.File) error) error {
	archive, err := zip.OpenReader(path)
	if errors.Is(err, os.ErrNotExist) {
		return use(nil)
	}
	if err != nil {
		return err
	}
	defer archive.Close()
	return use(archive.File)
}

func sum(members []*zip.File) (records int, bytes uint64) {
	for _, member := range members {
		if isRecord(member) {
			records++
			bytes += member.UncompressedSize64
		}
	}
	return records, bytes
}

// rewrite replaces an archive, or makes it.
func rewrite(path string, write func(from []*zip.File, to *zip.Writer) error) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	to := zip.NewWriter(file)
	err = withMembers(path, func(from []*zip.File) error { return write(from, to) })
	if err = errors.Join(err, to.Close(), file.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// pad copies the records and adds generated ones up to a number.
func pad(from []*zip.File, to *zip.Writer, records int) error {
	have := 0
	for _, member := range from {
		if err := to.Copy(member); err != nil {
			return err
		}
		if isRecord(member) {
			have++
		}
	}
	for i := range max(records-have, 0) {
		name, text := generate(i)
		w, err := to.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}

// touch copies the records and sets another "modified" in the first one.
func touch(from []*zip.File, to *zip.Writer, modified string) error {
	done := false
	for _, member := range from {
		if done || !isRecord(member) {
			if err := to.Copy(member); err != nil {
				return err
			}
			continue
		}
		if err := touchMember(member, to, modified); err != nil {
			return err
		}
		done = true
	}
	return nil
}

func touchMember(member *zip.File, to *zip.Writer, modified string) error {
	r, err := member.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	w, err := to.Create(member.Name)
	if err != nil {
		return err
	}
	_, err = w.Write(modifiedPattern.ReplaceAll(data, []byte(`"modified":"`+modified+`"`)))
	return err
}

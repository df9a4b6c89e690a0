// Package epss reads the scores of FIRST's Exploit Prediction Scoring System: how likely it
// is that a vulnerability is exploited within 30 days.
//
// Source of the format: https://www.first.org/epss/data_stats: a table
// (cve,epss,percentile) packed with gzip, whose first line holds the day:
// "#model_version:v2025.03.14,score_date:2026-11-29T00:00:00+0000".
package epss

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

// FileName is the name under which FIRST publishes the newest scores.
const FileName = "epss_scores-current.csv.gz"

// Limits on a file: the published one has some 300,000 rows and 10 MB unpacked.
const (
	maxUnpacked = 1 << 30 // bytes
	maxScores   = 5_000_000
)

// Data are the scores of one day. The zero value has none.
type Data struct {
	// Day is the day of the scores.
	Day    time.Time
	ids    []uint64 // sorted
	scores []float32
}

// Len is the number of scores.
func (d Data) Len() int { return len(d.ids) }

// Score is the probability of a CVE, between 0 and 1; false where it has none.
func (d Data) Score(cve string) (float64, bool) {
	id, err := parseCVE(cve)
	if err != nil {
		return 0, false
	}
	i, found := slices.BinarySearch(d.ids, id)
	if !found {
		return 0, false
	}
	return math.Round(float64(d.scores[i])*1e5) / 1e5, true // as many digits as are published
}

// AtHand reads the scores in a folder, as of a time. There are none where the file is not
// there, cannot be read, or is of a later day.
func AtHand(folder string, until time.Time) Data {
	d, err := Read(filepath.Join(folder, FileName))
	if err != nil || d.Day.After(until) {
		return Data{}
	}
	return d
}

// Apply returns the findings with their scores: of several CVEs of an advisory, the highest.
func (d Data) Apply(findings []observation.Finding) []observation.Finding {
	if d.Len() == 0 || len(findings) == 0 {
		return findings
	}
	day := d.Day.Format(time.DateOnly)
	scored := slices.Clone(findings)
	for i := range scored {
		for _, id := range append([]string{scored[i].Advisory}, scored[i].Aliases...) {
			score, known := d.Score(id)
			if known && (scored[i].EPSS == nil || score > scored[i].EPSS.Probability) {
				scored[i].EPSS = &observation.Likelihood{Probability: score, Day: day}
			}
		}
	}
	return scored
}

// Read reads a file as FIRST publishes it.
func Read(path string) (Data, error) {
	file, err := files.Open(path)
	if err != nil {
		return Data{}, err
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(bufio.NewReader(file))
	if err != nil {
		return Data{}, fmt.Errorf("not a file of EPSS scores: %w", err)
	}
	d, err := parse(io.LimitReader(unpacked, maxUnpacked))
	if err != nil {
		return Data{}, fmt.Errorf("not a file of EPSS scores: %w", err)
	}
	return d, nil
}

var scoreDate = regexp.MustCompile(`^#.*\bscore_date:(\d{4}-\d{2}-\d{2})`)

func parse(text io.Reader) (Data, error) {
	lines := bufio.NewReader(text)
	first, err := lines.ReadString('\n')
	if err != nil {
		return Data{}, err
	}
	date := scoreDate.FindStringSubmatch(first)
	if date == nil {
		return Data{}, errors.New("its first line holds no score_date")
	}
	var d Data
	if d.Day, err = time.Parse(time.DateOnly, date[1]); err != nil {
		return Data{}, err
	}
	reader := csv.NewReader(lines)
	reader.ReuseRecord = true
	header, err := reader.Read()
	if err != nil || len(header) < 2 || header[0] != "cve" || header[1] != "epss" {
		return Data{}, errors.New("its columns are not cve, epss, percentile")
	}
	type scored struct {
		id    uint64
		score float32
	}
	var all []scored
	for {
		cells, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Data{}, err
		}
		id, err := parseCVE(cells[0])
		if err != nil {
			return Data{}, err
		}
		score, err := strconv.ParseFloat(cells[1], 32)
		if err != nil || !(score >= 0 && score <= 1) {
			return Data{}, fmt.Errorf("%s: %q is no probability", cells[0], cells[1])
		}
		if all = append(all, scored{id, float32(score)}); len(all) > maxScores {
			return Data{}, fmt.Errorf("more than %d scores", maxScores)
		}
	}
	if len(all) == 0 {
		return Data{}, errors.New("it has no scores")
	}
	slices.SortFunc(all, func(a, b scored) int { return int(int64(a.id) - int64(b.id)) })
	for _, s := range all {
		d.ids, d.scores = append(d.ids, s.id), append(d.scores, s.score)
	}
	return d, nil
}

// parseCVE makes a number of an id: "CVE-2026-12345".
func parseCVE(text string) (uint64, error) {
	if len(text) < len("CVE-2026-1") || text[:4] != "CVE-" || text[8] != '-' {
		return 0, fmt.Errorf("%.20q is no CVE", text)
	}
	year, err := strconv.ParseUint(text[4:8], 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%.20q is no CVE", text)
	}
	number, err := strconv.ParseUint(text[9:], 10, 40)
	if err != nil {
		return 0, fmt.Errorf("%.20q is no CVE", text)
	}
	return year<<40 | number, nil
}

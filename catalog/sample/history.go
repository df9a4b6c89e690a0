package sample

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// commit is one entry of an invented history.
type commit struct {
	at     time.Time
	author string
	files  map[string]string
	tag    string // the release made from it
}

// stream writes the repository as input of git fast-import. A repository
// without commits is an empty stream.
func (r Repository) stream(out io.Writer, asOf time.Time) error {
	commits, err := r.commits(asOf)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(out)
	for i, c := range commits {
		mark := i + 1
		fmt.Fprintf(w, "commit refs/heads/main\nmark :%d\n", mark)
		fmt.Fprintf(w, "author %s %d +0000\ncommitter %s %d +0000\n", identity(c.author), c.at.Unix(), identity(c.author), c.at.Unix())
		data(w, fmt.Sprintf("Work %d of %s\n", mark, r.Slug))
		for _, path := range slices.Sorted(maps.Keys(c.files)) {
			fmt.Fprintf(w, "M 100644 inline %s\n", path)
			data(w, c.files[path])
		}
		if c.tag != "" {
			fmt.Fprintf(w, "tag %s\nfrom :%d\ntagger %s %d +0000\n", c.tag, mark, identity(c.author), c.at.Unix())
			data(w, "Release "+c.tag+"\n")
		}
	}
	return w.Flush()
}

func data(w io.Writer, text string) { fmt.Fprintf(w, "data %d\n%s\n", len(text), text) }

// identity turns "dev-1@river" into a name and an address of a reserved domain.
func identity(author string) string {
	name, organization, ok := strings.Cut(author, "@")
	local := strings.TrimSuffix(name, "[bot]")
	if !ok {
		organization = "samples"
	}
	if strings.HasSuffix(name, "[bot]") {
		local += "-bot"
	}
	return fmt.Sprintf("%s <%s@%s.example>", name, local, organization)
}

// commits are the history, oldest first, with what each changes.
func (r Repository) commits(asOf time.Time) ([]commit, error) {
	var all []commit
	for _, phase := range r.Phases {
		all = append(all, phase.commits(asOf)...)
	}
	slices.SortStableFunc(all, func(a, b commit) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.author, b.author)) })
	if len(all) == 0 {
		return nil, nil
	}
	for i := range all {
		all[i].files = map[string]string{"docs/journal.md": fmt.Sprintf("# Journal\n\nEntry %d.\n", i+1)}
	}
	for _, f := range r.Files {
		texts, err := f.texts(r.Slug)
		if err != nil {
			return nil, err
		}
		at := 0
		if f.Since > 0 {
			since := monthsBefore(asOf, f.Since)
			at = slices.IndexFunc(all, func(c commit) bool { return !c.at.Before(since) })
		}
		if at < 0 {
			return nil, fmt.Errorf("no commit comes after %s", f.Path)
		}
		maps.Copy(all[at].files, texts)
	}
	r.tag(all, asOf)
	return all, nil
}

func (p Phase) commits(asOf time.Time) []commit {
	var all []commit
	step := max(1, p.Every)
	for ago := p.From; ago > p.To; ago -= step {
		begin := monthsBefore(asOf, float64(ago))
		for _, author := range slices.Sorted(maps.Keys(p.Each)) {
			n := p.Each[author]
			for i := range n {
				part := (float64(i) + 0.5 + float64(len(author)%3)/8) / float64(n+1)
				all = append(all, commit{at: begin.Add(time.Duration(part * month)).Truncate(time.Second), author: author})
			}
		}
	}
	return all
}

// tag makes releases from the last commit before each of their times.
func (r Repository) tag(all []commit, asOf time.Time) {
	n := 0
	for _, releases := range r.Releases {
		for ago := releases.From; ago >= releases.To && releases.Every > 0; ago -= releases.Every {
			at := monthsBefore(asOf, ago)
			for i := len(all) - 1; i >= 0; i-- {
				if all[i].at.Before(at) && all[i].tag == "" {
					all[i].tag = fmt.Sprintf("v1.%d.0", n)
					n++
					break
				}
				if all[i].at.Before(at) {
					break
				}
			}
		}
	}
}

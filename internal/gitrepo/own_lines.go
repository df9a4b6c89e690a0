package gitrepo

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
)

// ownLines keeps what git itself says on standard error, apart from what it passes on of a
// server. A server may write anything, such as that the disk is full: its words are
// shown, and nothing is decided by them.
type ownLines struct {
	kept    []byte // the last lines, each with its end
	line    []byte // the beginning of the present line
	foreign bool   // the rest is the server's
}

// maxLine bounds what is kept of one line, in bytes.
const maxLine = 1 << 10

var (
	// passedOn begins the lines of which all is the server's.
	passedOn = regexp.MustCompile(`^\s*(?:remote|warning):`)
	// repeated are words of git behind which it repeats an answer, with its line feeds.
	repeated = regexp.MustCompile(`(?i)remote error:|invalid ls-refs response|expected |protocol error|unknown object format|bad ref|hung up upon|bad line length character`)
	// named are names that git repeats.
	named = regexp.MustCompile(`'.*'|".*"`)
)

func (o *ownLines) write(p []byte) {
	for len(p) > 0 && !o.foreign {
		end := bytes.IndexAny(p, "\r\n")
		part, rest := p, []byte(nil)
		if end >= 0 {
			part, rest = p[:end], p[end+1:]
		}
		o.line = append(o.line, part[:min(len(part), maxLine-min(maxLine, len(o.line)))]...)
		if end >= 0 {
			o.endLine()
		}
		p = rest
	}
}

func (o *ownLines) endLine() {
	line := o.line
	o.line = o.line[:0]
	if passedOn.Match(line) {
		return
	}
	if at := repeated.FindIndex(line); at != nil {
		line, o.foreign = line[:at[1]], true
	}
	o.kept = keepTail(append(append(o.kept, named.ReplaceAll(line, []byte("''"))...), '\n'))
}

// text is what was kept, in small letters.
func (o *ownLines) text() string {
	if len(o.line) > 0 && !o.foreign {
		o.endLine()
	}
	return strings.ToLower(string(o.kept))
}

// ownText is what an error says, in small letters and without the words of a server. Of a
// process it is also how it ended, such as by a signal.
func ownText(err error) string {
	if process, ok := errors.AsType[*processError](err); ok {
		return process.own + strings.ToLower(process.err.Error())
	}
	return strings.ToLower(err.Error())
}

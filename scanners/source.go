package scanners

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// Source asks services on the network for what no snapshot holds. It stands beside
// Scanner, and differs in three ways. It asks about many repositories at once. Its
// answers speak of the day on which it asked, and not of a commit. And it is optional:
// without an answer its measures are unknown, and a run ends all the same.
//
// The pipeline keeps the answers in the store, each with its time. Measures are made of a
// kept answer, so that a run without a network says what was known, and since when.
type Source interface {
	// Name is the source's folder name, for example "forge".
	Name() string
	// Version changes whenever the same answer could give other measures, or an answer
	// is kept in another form. Answers of another version are not read.
	Version() string
	// Definitions lists every measure that Measures can yield, in a stable order.
	Definitions() []observation.Definition
	// Describe says what the source tells and who is asked, for people.
	Describe() Description
	// Excludes says why the source can never know anything of a repository, whose measures
	// then do not apply. It is empty where it may.
	Excludes(repository catalog.Repository) string
	// Refuses says why the source cannot be asked about a repository. It is nil where it
	// can be asked. It sends no request.
	Refuses(repository catalog.Repository) *observation.Note
	// Ask asks about repositories. It calls in.Reply once for each of them that it came
	// to, as soon as it can: what was answered is kept where the rest fails. Its error is
	// that of Reply, or means that ctx ended. What it could not ask is a Reply with a
	// failure. It returns what was tried, one line for each service.
	Ask(ctx context.Context, in Asking) (tried []string, err error)
	// Measures makes the measures of an answer, all of Definitions. What the answer has of
	// before since is too old, and unknown.
	Measures(answer Answer, since time.Time) ([]observation.Measure, []observation.Note)
}

// Follower is a source that asks about what the scanners found in a repository: accounts,
// addresses and packages that its files name. It is asked after them, and not about
// repositories that could not be read.
type Follower interface {
	Source
	FollowsScan()
}

// UpkeepTeller is a source that also says of packages that their makers gave them up.
type UpkeepTeller interface {
	Source
	// Upkeep is what an answer says of them, sorted by package.
	Upkeep(answer Answer) []observation.Upkeep
}

// Rescuer is a source that knows where copies of repositories are kept. It is asked after
// the scan, about those that could not be read or that their forge no longer shows, and
// about others where a setting says so. To the rest its measures do not apply.
type Rescuer interface {
	Source
	Rescues()
}

// Found is what the scanners found in a repository.
type Found struct {
	Measures []observation.Measure
	Accounts []observation.Account
	// Packages are the distinct packages of the inventory, and Uses how each is used.
	Packages []observation.Package
	Uses     []observation.Use
	// Posture is what the posture scanner read of the files for checks that ask the forge too;
	// nil where it read nothing.
	Posture *observation.PostureFacts
}

// Description is what people read of a source.
type Description struct {
	// Tells is what is unknown without it: "whether a repository was archived".
	Tells string
	// Services are those that are known by name, each with whether it can be asked.
	Services []string
}

// Asking is what a source is asked.
type Asking struct {
	// Client keeps to the HTTP policy of the run. It leaves statuses to the source that
	// tell it to ask for less: 429, 502 and 504.
	Client    *http.Client
	Now       func() time.Time
	Questions []Question
	// Reply is called by one goroutine at a time.
	Reply func(Reply) error
}

// Question is a repository to ask about.
type Question struct {
	Repository catalog.Repository
	// Last is the answer of an earlier time, nil where there is none. A source asks less
	// where it shows that nothing changed.
	Last *Answer
	// Found reads what the scanners found. It is nil where the source is no Follower.
	Found func(context.Context) (Found, error)
}

// Answer is a service's answer about a repository. It holds no login, no name and no
// address of a person.
type Answer struct {
	Asked    time.Time
	Document json.RawMessage
	// Partial is set where a part could not be asked: the next run asks again.
	Partial bool
}

// Reply is an answer, or why there is none.
type Reply struct {
	Repository catalog.Repository
	Answer     *Answer
	Failure    *observation.Note
}

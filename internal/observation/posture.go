package observation

// PostureFacts is what Scorecard's checks read of the files of a snapshot, as far as a check
// that asks the forge as well needs it: whoever asks completes the check with the rest. It
// holds names of files and of tools, and no contents.
type PostureFacts struct {
	// Binaries counts compiled files, up to a bound beyond which the score is zero anyway;
	// Wrappers are those of them that are called gradle-wrapper.jar, and WrapperWorkflow is
	// the file name of the workflow that checks these, empty where there is none.
	Binaries        int    `json:"binaries,omitempty"`
	Wrappers        int    `json:"wrappers,omitempty"`
	WrapperWorkflow string `json:"wrapperWorkflow,omitempty"`
	// Packaging are the file names of the workflows that publish packages.
	Packaging []string `json:"packaging,omitempty"`
	// Analysers are the static analysers that workflows run, and Fuzzers what fuzzes the code,
	// each by its name at Scorecard.
	Analysers []string `json:"analysers,omitempty"`
	Fuzzers   []string `json:"fuzzers,omitempty"`
	// Owners are the paths of files called CODEOWNERS, and SBOMs those of bills of materials in
	// the root folder.
	Owners []string `json:"owners,omitempty"`
	SBOMs  []string `json:"sboms,omitempty"`
	// Policy is set where the repository has a security policy of its own.
	Policy bool `json:"policy,omitempty"`
	// Unread says of checks by their names why their files could not all be read.
	Unread map[string]Cause `json:"unread,omitempty"`
}

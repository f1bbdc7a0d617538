// Package adviser keeps what incidents came to in memory, so that the running system can make
// suggestions, and follows those that the catalog lets it follow.
//
// In: the facts of an archive, as they are kept, and the catalog in force. Out: suggestions by
// [History], for whoever asks; and by [Adviser] commands on INTAKE, where a policy says so. A
// command names the suggestion and what it rests on, has an id that derives from the incident, and
// asks for what is still needed only: the rules decide, and the ledger replays without a history.
//
// The package decides nothing and keeps nothing: a new process reads the archive from its beginning.
package adviser

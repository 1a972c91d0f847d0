// SPDX-License-Identifier: Apache-2.0

package apiserver

// An Option changes how [Start] runs the API server.
type Option func(*Server)

// WithFlags starts the API server, and restarts it, with flags of kube-apiserver after
// its own: of two that contradict each other the later one counts. Start returns an
// error with the end of the log if the API server does not know a flag.
func WithFlags(flags ...string) Option {
	return func(s *Server) { s.extra = append(s.extra, flags...) }
}

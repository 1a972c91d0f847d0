// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

const (
	// packagePath is this package: the server's module is in a folder of it.
	packagePath = "github.com/krtkit/krtkit/test/apiserver"
	// kubernetesModule is the module whose version the server has.
	kubernetesModule = "k8s.io/kubernetes"
	// lockRetry is how often a waiting process asks for the lock of a build.
	lockRetry = 200 * time.Millisecond
)

// Binary returns the path of the server's program, which it builds if the user's
// cache folder does not hold it. A first build needs the go command, the module
// proxy or a filled module cache, and five to ten minutes on two cores; it says
// so to [slog.Default].
//
// The program is kept under its Kubernetes version, the operating system, the
// architecture and a hash of the server module's files, so a change to any of
// them builds it anew. Processes that ask at the same time wait for one build.
// Binary blocks until there is a program, an error, or ctx ends.
func Binary(ctx context.Context) (string, error) {
	source, err := findSource(ctx)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("cache folder of kube-apiserver: %w", err)
	}
	return source.binary(ctx, filepath.Join(cache, "krtkit", "apiserver"))
}

// source is the server's module.
type source struct {
	dir     string
	version string // of kubernetes, such as v1.37.2
	hash    string // of the files that make the program
}

func findSource(ctx context.Context) (source, error) {
	out, err := goCommand(ctx, "", "list", "-find", "-f", "{{.Dir}}", packagePath)
	if err != nil {
		return source{}, fmt.Errorf("folder of package %s: %w", packagePath, err)
	}
	return readSource(ctx, filepath.Join(strings.TrimSpace(string(out)), "server"))
}

func readSource(ctx context.Context, dir string) (source, error) {
	version, err := requiredVersion(ctx, filepath.Join(dir, "go.mod"))
	if err != nil {
		return source{}, err
	}
	hash, err := hashFiles(dir)
	if err != nil {
		return source{}, fmt.Errorf("hash of the server's module: %w", err)
	}
	return source{dir: dir, version: version, hash: hash}, nil
}

// requiredVersion returns the version of kubernetes that a go.mod file asks for.
// It asks nothing of the network.
func requiredVersion(ctx context.Context, file string) (string, error) {
	out, err := goCommand(ctx, "", "mod", "edit", "-json", file)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", file, err)
	}
	var mod struct {
		Require []struct{ Path, Version string }
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return "", fmt.Errorf("output of go mod edit for %s: %w", file, err)
	}
	for _, r := range mod.Require {
		if r.Path == kubernetesModule {
			return r.Version, nil
		}
	}
	return "", fmt.Errorf("%s requires no %s", file, kubernetesModule)
}

// hashFiles hashes the names and contents of the files in dir that a build reads.
func hashFiles(dir string) (string, error) {
	entries, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, entry := range entries {
		switch ext := filepath.Ext(entry.Name()); {
		case entry.IsDir(), ext != ".go" && ext != ".mod" && ext != ".sum":
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(h, "%s %d\n", entry.Name(), len(content))
		h.Write(content)
	}
	return hex.EncodeToString(h.Sum(nil))[:16], nil
}

// binary returns the path of the program in the cache folder, and builds it
// there if need be.
func (s source) binary(ctx context.Context, cache string) (string, error) {
	dir := filepath.Join(cache, fmt.Sprintf("%s-%s-%s-%s", s.version, runtime.GOOS, runtime.GOARCH, s.hash))
	path := filepath.Join(dir, "server")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if isFile(path) {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("cache folder of kube-apiserver: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"))
	if _, err := lock.TryLockContext(ctx, lockRetry); err != nil {
		return "", fmt.Errorf("wait for the build of kube-apiserver in %s: %w", dir, err)
	}
	defer func() { _ = lock.Close() }()
	if isFile(path) { // another process built it
		return path, nil
	}
	if err := s.build(ctx, path); err != nil {
		return "", fmt.Errorf("build kube-apiserver %s: %w", s.version, err)
	}
	return path, nil
}

// build makes the program. It appears at path whole or not at all.
func (s source) build(ctx context.Context, path string) error {
	log := slog.Default().With("scope", "apiserver")
	log.InfoContext(ctx, "building kube-apiserver and etcd; the first time this takes five to ten minutes", "version", s.version)
	start := time.Now()
	// A folder of its own: a build whose starter was killed may go on for a while.
	dir, err := os.MkdirTemp(filepath.Dir(path), "build-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	unfinished := filepath.Join(dir, filepath.Base(path))
	// A GOFLAGS with -mod=mod must not change the files that the hash is of.
	if _, err := goCommand(ctx, s.dir, "build", "-mod=readonly", "-buildvcs=false",
		"-ldflags", s.linkerFlags(), "-o", unfinished, "."); err != nil {
		return err
	}
	if err := os.Rename(unfinished, path); err != nil {
		return err
	}
	log.InfoContext(ctx, "built kube-apiserver and etcd", "version", s.version, "took", time.Since(start).Round(time.Second), "path", path)
	return nil
}

// linkerFlags sets what kube-apiserver says about its version: without them it is
// v0.0.0-master, which clients that compare versions do not understand.
func (s source) linkerFlags() string {
	major, rest, _ := strings.Cut(strings.TrimPrefix(s.version, "v"), ".")
	minor, _, _ := strings.Cut(rest, ".")
	flags := []string{"-s", "-w"}
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		flags = append(flags,
			"-X", pkg+".gitVersion="+s.version,
			"-X", pkg+".gitMajor="+major,
			"-X", pkg+".gitMinor="+minor)
	}
	return strings.Join(flags, " ")
}

// goCommand runs the go command in dir and returns what it prints. An error ends
// with the command's own words.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if dir != "" {
		// A workspace above the checkout does not know the server's module.
		cmd.Env = append(cmd.Environ(), "GOWORK=off")
	}
	// A build's children, which hold its output open, die soon after it.
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], errors.Join(err, ctx.Err()), lastLines(stderr.String()))
	}
	return stdout.Bytes(), nil
}

// isFile reports whether there is a file. Where that cannot be found out, what is
// done to the file next says why.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

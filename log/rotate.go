// SPDX-License-Identifier: Apache-2.0

package log

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
)

// What the zero values of the rotation's options mean.
const (
	defaultRotationMaxSize    = 100 // megabytes
	defaultRotationMaxAge     = 30  // days
	defaultRotationMaxBackups = 1000
)

// backupLayout is the time in the names of backups, in UTC: they sort by age.
const backupLayout = "2006-01-02T15-04-05.000"

// rotated is a file that is renamed when it is full, and begun anew. Its methods are
// called by one goroutine at a time.
type rotated struct {
	path       string
	maxSize    int64
	maxAge     time.Duration
	maxBackups int

	file *os.File
	size int64
}

// openRotated opens the file for appending.
func openRotated(path string, megabytes, days, backups int) (*rotated, error) {
	r := &rotated{
		path:       path,
		maxSize:    int64(orDefault(megabytes, defaultRotationMaxSize)) << 20,
		maxAge:     time.Duration(orDefault(days, defaultRotationMaxAge)) * 24 * time.Hour,
		maxBackups: orDefault(backups, defaultRotationMaxBackups),
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if err := r.open(); err != nil {
		return nil, err
	}
	if err := r.prune(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func orDefault(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}

func (r *rotated) open() error {
	f, err := os.OpenFile(r.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	r.file, r.size = f, info.Size()
	return nil
}

// Write writes a line, to a new file if the present one has no room for it. If the
// file cannot be renamed, the line is written all the same.
func (r *rotated) Write(line []byte) (int, error) {
	var failed error
	if r.size > 0 && r.size+int64(len(line)) > r.maxSize {
		failed = r.rotate()
	}
	n, err := r.file.Write(line)
	r.size += int64(n)
	return n, errors.Join(failed, err)
}

// rotate renames the file and begins a new one. On an error the file in use is still
// one that can be written.
func (r *rotated) rotate() error {
	backup, err := r.backupName(time.Now())
	if err != nil {
		return err
	}
	if err := os.Rename(r.path, backup); err != nil {
		return err
	}
	full := r.file
	if err := r.open(); err != nil {
		return errors.Join(err, os.Rename(backup, r.path))
	}
	return errors.Join(full.Close(), r.prune())
}

// backupName returns a name that no file has, with the time in it.
func (r *rotated) backupName(now time.Time) (string, error) {
	prefix, ext := r.nameParts()
	for range 1000 { // full within a millisecond: rare, and a millisecond later it is another name
		name := filepath.Join(filepath.Dir(r.path), prefix+now.UTC().Format(backupLayout)+ext)
		if _, err := os.Lstat(name); errors.Is(err, os.ErrNotExist) {
			return name, nil
		}
		now = now.Add(time.Millisecond)
	}
	return "", fmt.Errorf("no free name for a backup of %s", r.path)
}

// nameParts returns what stands before and after the time in names of backups.
func (r *rotated) nameParts() (prefix, ext string) {
	name := filepath.Base(r.path)
	ext = filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "-", ext
}

// prune removes the backups that are too old or too many.
func (r *rotated) prune() error {
	entries, err := os.ReadDir(filepath.Dir(r.path)) // sorted, hence the oldest first
	if err != nil {
		return err
	}
	prefix, ext := r.nameParts()
	type backup struct {
		name string
		at   time.Time
	}
	var backups []backup
	for _, e := range entries {
		middle, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok || !strings.HasSuffix(middle, ext) {
			continue
		}
		at, err := time.Parse(backupLayout, strings.TrimSuffix(middle, ext))
		if err == nil && e.Type().IsRegular() {
			backups = append(backups, backup{e.Name(), at})
		}
	}
	oldest := time.Now().Add(-r.maxAge)
	var failed error
	for i, b := range backups {
		if len(backups)-i <= r.maxBackups && !b.at.Before(oldest) {
			break
		}
		if err := os.Remove(filepath.Join(filepath.Dir(r.path), b.name)); !errors.Is(err, os.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// Sync asks the operating system to store the file.
func (r *rotated) Sync() error { return r.file.Sync() }

// Close closes the file.
func (r *rotated) Close() error { return r.file.Close() }

// WithTeeToRollingLocal writes lines of [InfoLevel] and more important ones to a file
// too, as JSON, and returns o. When the file would become larger than maxSizeInMB
// megabytes (100, if that is 0), it is renamed and a new one is begun. One such backup
// is kept, for two days.
func (o *Options) WithTeeToRollingLocal(rollingPath string, maxSizeInMB int) *Options {
	return o.WithExtension(func(c zapcore.Core) (zapcore.Core, func() error, error) {
		r, err := openRotated(rollingPath, maxSizeInMB, 2, 1)
		if err != nil {
			return nil, nil, err
		}
		core := zapcore.NewCore(newEncoder(newFormat(true, false)), zapcore.Lock(r), zapcore.InfoLevel)
		return zapcore.NewTee(c, core), r.Close, nil
	})
}

// SPDX-License-Identifier: Apache-2.0

package files

import "time"

// NewQuickFolderWatch is NewFolderWatch for tests, which do not wait for files to
// settle.
func NewQuickFolderWatch[T any](fileDir string, parse func([]byte) ([]T, error), stop <-chan struct{}) (*FolderWatch[T], error) {
	return newFolderWatch(fileDir, parse, stop, time.Millisecond, time.Second)
}

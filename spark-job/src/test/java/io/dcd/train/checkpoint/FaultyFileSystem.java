package io.dcd.train.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;
import org.apache.hadoop.fs.Syncable;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/** A file system whose n-th writing operation goes wrong. */
final class FaultyFileSystem extends FilterFileSystem {
    /** How an operation goes wrong. */
    enum Fault {
        /** It throws and does nothing. */
        THROW,
        /** It does what it should, then throws: the answer got lost. */
        THROW_AFTERWARDS,
        /** It does nothing and returns false, where it can; else it throws. */
        RETURN_FALSE,
        /** It throws, and so does every later one: the process is as good as dead. */
        DIE
    }

    private final Fault fault;
    private final int faultyOperation;
    private int operations;

    FaultyFileSystem(FileSystem fileSystem, Fault fault, int faultyOperation) {
        super(fileSystem);
        this.fault = fault;
        this.faultyOperation = faultyOperation;
    }

    /** Whether the faulty operation was reached. */
    boolean fired() {
        return operations > faultyOperation;
    }

    private interface Action<T> {
        T run() throws IOException;
    }

    private <T> T guarded(Action<T> action, T refusal) throws IOException {
        int operation = operations++;
        if (operation < faultyOperation || operation > faultyOperation && fault != Fault.DIE) {
            return action.run();
        }
        if (fault == Fault.RETURN_FALSE && refusal != null) {
            return refusal;
        }
        if (fault == Fault.THROW_AFTERWARDS) {
            action.run();
        }
        throw new IOException("injected fault at operation " + operation);
    }

    @Override
    public boolean mkdirs(Path path, FsPermission permission) throws IOException {
        return guarded(() -> super.mkdirs(path, permission), false);
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
        return guarded(() -> super.mkdirs(path), false);
    }

    @Override
    public boolean rename(Path source, Path target) throws IOException {
        return guarded(() -> super.rename(source, target), false);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
        return guarded(() -> super.delete(path, recursive), false);
    }

    @Override
    public FileStatus[] listStatus(Path path) throws IOException {
        return guarded(() -> super.listStatus(path), null);
    }

    @Override
    public FSDataOutputStream create(
            Path path,
            FsPermission permission,
            boolean overwrite,
            int bufferSize,
            short replication,
            long blockSize,
            Progressable progress)
            throws IOException {
        FSDataOutputStream out = guarded(
                () -> super.create(path, permission, overwrite, bufferSize, replication, blockSize, progress), null);
        return new FSDataOutputStream(new FaultyStream(out), null);
    }

    /** Writing and syncing count as operations too; a write that dies leaves half of its bytes. */
    private final class FaultyStream extends OutputStream implements Syncable, StreamCapabilities {
        private final FSDataOutputStream out;

        FaultyStream(FSDataOutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length / 2);
            guarded(
                    () -> {
                        out.write(bytes, offset + length / 2, length - length / 2);
                        return true;
                    },
                    null);
        }

        @Override
        public boolean hasCapability(String capability) {
            return out.hasCapability(capability);
        }

        @Override
        public void hflush() throws IOException {
            hsync();
        }

        @Override
        public void hsync() throws IOException {
            guarded(
                    () -> {
                        out.hsync();
                        return true;
                    },
                    null);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}

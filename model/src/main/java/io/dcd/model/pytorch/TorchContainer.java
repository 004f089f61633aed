package io.dcd.model.pytorch;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One of the two forms that {@code torch.save} has: a pickled object, and storages beside it. */
sealed interface TorchContainer extends Closeable permits ZipContainer, LegacyContainer {
    /** The largest pickle that is read; that of ResNet-50 with its optimiser's state has half a megabyte. */
    int MAXIMUM_PICKLE_BYTES = 16 << 20;

    /** The saved object, its tensors as references. */
    Object object();

    /** The bytes of a storage, little-endian. */
    ByteBuffer read(StorageReference storage) throws IOException;
}

package io.dcd.model.pytorch;

/**
 * Where the numbers of tensors lie outside of the pickle.
 *
 * @param type of each number
 * @param key the writer's name for the storage
 * @param elements how many numbers the pickle says it has
 */
record StorageReference(ElementType type, String key, long elements) {
    StorageReference {
        if (elements < 0 || elements > Integer.MAX_VALUE / type.bytes()) {
            throw new TorchFileException("its storage %s is said to have %d numbers; up to %d of %s can be read"
                    .formatted(Printable.of(key), elements, Integer.MAX_VALUE / type.bytes(), type.title()));
        }
    }

    /** The size of the storage. */
    int bytes() {
        return Math.toIntExact(elements * type.bytes());
    }
}

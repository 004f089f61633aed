package io.dcd.model.pytorch;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.javacpp.indexer.Bfloat16Indexer;
import org.bytedeco.javacpp.indexer.HalfIndexer;

/** What a PyTorch storage holds: little-endian numbers of one type. */
enum ElementType {
    FLOAT("FloatStorage", "float32", 4, true),
    DOUBLE("DoubleStorage", "float64", 8, true),
    HALF("HalfStorage", "float16", 2, true),
    BFLOAT16("BFloat16Storage", "bfloat16", 2, true),
    LONG("LongStorage", "int64", 8, false),
    INT("IntStorage", "int32", 4, false),
    SHORT("ShortStorage", "int16", 2, false),
    CHAR("CharStorage", "int8", 1, false),
    BYTE("ByteStorage", "uint8", 1, false),
    BOOL("BoolStorage", "bool", 1, false);

    private final String storageClass;
    private final String title;
    private final int bytes;
    private final boolean real;

    ElementType(String storageClass, String title, int bytes, boolean real) {
        this.storageClass = storageClass;
        this.title = title;
        this.bytes = bytes;
        this.real = real;
    }

    /** The type whose storages are of the class {@code torch.name}. */
    static Optional<ElementType> ofStorageClass(String name) {
        return Arrays.stream(values())
                .filter(type -> type.storageClass.equals(name))
                .findFirst();
    }

    /** PyTorch's name of it. */
    String title() {
        return title;
    }

    /** The size of one. */
    int bytes() {
        return bytes;
    }

    /** Whether a network's parameters can be of this type. */
    boolean real() {
        return real;
    }

    /** The real number at {@code index}, rounded to float. */
    float real(ByteBuffer storage, int index) {
        return switch (this) {
            case FLOAT -> storage.getFloat(index * bytes);
            case DOUBLE -> (float) storage.getDouble(index * bytes);
            case HALF -> HalfIndexer.toFloat(storage.getShort(index * bytes));
            case BFLOAT16 -> Bfloat16Indexer.toFloat(storage.getShort(index * bytes));
            case LONG, INT, SHORT, CHAR, BYTE, BOOL -> throw new IllegalStateException(title + " is no real type");
        };
    }
}

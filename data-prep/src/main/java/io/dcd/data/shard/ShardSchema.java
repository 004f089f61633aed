package io.dcd.data.shard;

import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** The columns of a shard; none may be null. */
final class ShardSchema {
    static final String IMAGE = "image";
    static final String LABEL = "label";
    static final String WNID = "wnid";
    static final String NAME = "name";
    static final String WIDTH = "width";
    static final String HEIGHT = "height";
    static final String ORIGINAL = "original";
    static final String SHA256 = "sha256";
    static final int SHA256_BYTES = 32;

    /**
     * {@code image}: encoded bytes; {@code label}: rank of the wnid; {@code name}: file name in the source; {@code width},
     * {@code height}: in pixels, as stored; {@code original}: whether {@code image} is as in the source; {@code sha256}: of {@code image}.
     */
    static final MessageType SCHEMA = Types.buildMessage()
            .required(PrimitiveTypeName.BINARY)
            .named(IMAGE)
            .required(PrimitiveTypeName.INT32)
            .named(LABEL)
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(WNID)
            .required(PrimitiveTypeName.BINARY)
            .as(LogicalTypeAnnotation.stringType())
            .named(NAME)
            .required(PrimitiveTypeName.INT32)
            .named(WIDTH)
            .required(PrimitiveTypeName.INT32)
            .named(HEIGHT)
            .required(PrimitiveTypeName.BOOLEAN)
            .named(ORIGINAL)
            .required(PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY)
            .length(SHA256_BYTES)
            .named(SHA256)
            .named("image");

    /** All but the image, in the same order. */
    static final MessageType SMALL_COLUMNS = new MessageType(
            SCHEMA.getName(),
            SCHEMA.getFields().stream()
                    .filter(field -> !field.getName().equals(IMAGE))
                    .toList());

    private ShardSchema() {}

    static ColumnDescriptor column(String name) {
        return SCHEMA.getColumnDescription(new String[] {name});
    }
}

package io.dcd.model.pytorch;

import java.util.List;

/** What the names in a pickle mean. An implementation returns data for the names that it knows and refuses all others. */
interface PickleVocabulary {
    /** The meaning of {@code module.name}. */
    Object global(String module, String name);

    /** The value of {@code function}, which {@link #global} returned, for {@code arguments}. */
    Object call(Object function, List<Object> arguments);

    /** What the writer keeps outside of the pickle under {@code id}. */
    Object persistent(Object id);

    /** Gives {@code object} its attributes. */
    void build(Object object, Object state);
}

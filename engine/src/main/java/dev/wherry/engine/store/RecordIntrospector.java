package dev.wherry.engine.store;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets Java's own declarations say what Jackson's annotations would: a sealed type names its
 * subtypes, and JSpecify's {@code @Nullable} says which components may be null. So the records of
 * the domain know nothing of their storage.
 */
final class RecordIntrospector extends JacksonAnnotationIntrospector {
  private static final long serialVersionUID = 1L;
  private static final String KIND = "kind";

  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated annotated) {
    if (annotated instanceof AnnotatedClass type && sealedAncestor(type.getRawType()) != null) {
      return JsonTypeInfo.Value.construct(
          JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, KIND, null, false, true, false);
    }
    return super.findPolymorphicTypeInfo(config, annotated);
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
    if (annotated instanceof AnnotatedClass type && type.getRawType().isSealed()) {
      List<NamedType> subtypes = new ArrayList<>();
      addSubtypes(type.getRawType(), subtypes);
      return subtypes;
    }
    return super.findSubtypes(annotated);
  }

  @Override
  public @Nullable String findTypeName(AnnotatedClass type) {
    return sealedAncestor(type.getRawType()) != null
        ? type.getRawType().getSimpleName()
        : super.findTypeName(type);
  }

  @Override
  public JsonSetter.Value findSetterInfo(Annotated annotated) {
    RecordComponent component = component(annotated);
    if (component == null || component.getType().isPrimitive() || nullable(component)) {
      return super.findSetterInfo(annotated);
    }
    return JsonSetter.Value.forValueNulls(
        hasEmpty(component.getType()) ? Nulls.AS_EMPTY : Nulls.FAIL);
  }

  private static boolean hasEmpty(Class<?> type) {
    return type == String.class
        || Collection.class.isAssignableFrom(type)
        || Map.class.isAssignableFrom(type);
  }

  private static boolean nullable(RecordComponent component) {
    return component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  /** The component that a member or constructor parameter of a record stands for. */
  private static @Nullable RecordComponent component(Annotated annotated) {
    if (!(annotated instanceof AnnotatedMember member) || !member.getDeclaringClass().isRecord()) {
      return null;
    }
    RecordComponent[] components = member.getDeclaringClass().getRecordComponents();
    if (member instanceof AnnotatedParameter parameter) {
      boolean canonical = parameter.getOwner().getParameterCount() == components.length;
      return canonical ? components[parameter.getIndex()] : null;
    }
    for (RecordComponent component : components) {
      if (component.getName().equals(member.getName())) {
        return component;
      }
    }
    return null;
  }

  /** The sealed type at the root of a type's family, {@code null} if it belongs to none. */
  private static @Nullable Class<?> sealedAncestor(Class<?> type) {
    if (type.isSealed()) {
      return type;
    }
    for (Class<?> up : type.getInterfaces()) {
      if (up.isSealed()) {
        return up;
      }
    }
    return null;
  }

  private static void addSubtypes(Class<?> sealed, List<NamedType> into) {
    for (Class<?> subtype : sealed.getPermittedSubclasses()) {
      if (subtype.isSealed()) {
        addSubtypes(subtype, into);
      } else {
        into.add(new NamedType(subtype, subtype.getSimpleName()));
      }
    }
  }
}
